"""Files of a provider, looked at before they are imported: a real node and its command line. What
the preview says of each line is what the import then does, and the preview itself writes nothing.

    import_test.py TOLLBOOK
"""

import json
import sys
import unittest

import ledger_load as load
from finance_provider import Provider

TOLLBOOK, = sys.argv[1:2]
TENANT = "mtaani"
OK, DIFFERENCES = 0, 3

CUSTOMERS = """account_no,name,phone,opening_balance_minor
NEW-1,Wanjiku,254711,5000
OLD,Somebody Else,254712,
old,Same Reference,254713,
NEW-1,Wanjiku Again,254714,
NEW-2,,254715,
NEW-3,Otieno,254716,x
NEW-4,Achieng,254717,70
NEW-4,Achieng,254717,70
"""
TOLD = [  # line, outcome, code
    (2, "would create", ""),
    (3, "refused", "customer-exists"),
    (4, "refused", "payment-reference-taken"),
    (5, "refused", "customer-exists"),
    (6, "bad line", "malformed-csv"),
    (7, "bad line", "malformed-csv"),
    (8, "would create", ""),
    (9, "stands already", ""),
]
SERVICES = """service_no,account_no,plan,router,ppp_username,ppp_password,renews_on
NEW-1-1,NEW-1,HOME,rtr-1,u1@isp,secret,2026-12-20
NEW-4-1,NEW-4,GOLD,,,,2026-12-20
NOBODY-1,NOBODY,HOME,,,,2026-12-20
NEW-4-2,NEW-4,HOME,rtr-9,u2@isp,secret,2026-12-20
NEW-1-1,NEW-4,HOME,rtr-1,u3@isp,secret,2026-12-20
"""
PLANS = """code,name,price_minor,currency,period,down_mbps,up_mbps,kind,includes
TV,Television,60000,KES,month,,,addon,
ALL,All,250000,KES,month,20,20,bundle,TV*2
MORE,More,250000,KES,month,20,20,bundle,RADIO
CABLE,Cable,25000,KES,,,,one_time,
BOX,Box,25000,KES,month,,,one_time,
PHONE,Phone,25000,KES,month,,,phone,
"""


class Imports(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.node = load.node_of(cls, TOLLBOOK, "import")
        cls.isp = Provider(cls.node, TENANT)
        cls.isp.post("", {"name": "Mtaani Net", "timezone": "Africa/Nairobi", "currency": "KES",
                          "test_clock": "2026-11-20T06:00:00Z"})
        cls.isp.plan("HOME", 150_000, "month")
        cls.isp.post("/routers", {"router": "rtr-1", "driver": "routeros-api",
                                  "address": "127.0.0.1", "port": 9, "username": "api",
                                  "password": "secret"})
        cls.isp.post("/customers", {"customer": "OLD", "name": "Old", "phone": "2547",
                                    "references": ["OLD"]})

    @classmethod
    def tearDownClass(cls):
        cls.isp.connection.close()

    def run_import(self, kind, text, *words, exits):
        file = self.node.directory / f"{kind}.csv"
        file.write_text(text)
        return self.node.run("--json", "--url", f"http://{self.node.address}", "import", kind, file,
                             "--tenant", TENANT, *words, exits=exits)

    def preview(self, kind, text, *words, exits=DIFFERENCES):
        """What it says; and the log is as long as it was."""
        before = self.last_seq()
        told = json.loads(self.run_import(kind, text, "--preview", *words, exits=exits))
        self.assertEqual(self.last_seq(), before)
        return told

    def last_seq(self):
        self.isp.connection.request("GET", "/metrics",
                                    headers={"Authorization": f"Bearer {self.node.key}"})
        lines = self.isp.connection.getresponse().read().decode().splitlines()
        return next(line for line in lines if line.startswith("tollbook_log_position")).split()[-1]

    def check_import(self, kind, text, told, *words, exits=DIFFERENCES):
        """Importing comes to just what was told."""
        done = json.loads(self.run_import(kind, text, "--on-error", "skip", *words, exits=exits))
        self.assertEqual((done["accepted"], done["replayed"], done["refused"], done["bad_lines"]),
                         (told["would_create"], told["stand_already"], told["refused"],
                          told["bad_lines"]))
        wrong = [{key: item[key] for key in ("line", "code", "detail")} for item in told["items"]
                 if item["outcome"] in ("refused", "bad line")]
        self.assertEqual(sorted(done["problems"], key=lambda item: (item["line"], item["code"])),
                         sorted(wrong, key=lambda item: (item["line"], item["code"])))

    def test_plans_of_every_kind(self):
        told = self.preview("plans", PLANS)
        self.assertEqual([item["code"] or item["outcome"] for item in told["items"]],
                         ["would create", "would create", "plan-unknown", "would create",
                          "plan-kind-unfit", "malformed-csv"])
        self.check_import("plans", PLANS, told)
        self.isp.plan("HOME", 150_000, "month")  # The reads wait for what stands behind them.
        plans = {row["plan"]: row for row in self.isp.get("/plans")["data"]}
        self.assertEqual({name: plans[name]["kind"] for name in ("TV", "ALL", "CABLE")},
                         {"TV": "addon", "ALL": "bundle", "CABLE": "one_time"})
        self.assertEqual(plans["ALL"]["includes"],
                         [{"addon": "TV", "plan_version": 1, "quantity": 2}])

    def test_customers_then_their_services(self):
        opening = ("--opening-booked-on", "2026-11-19")
        told = self.preview("customers", CUSTOMERS, *opening)
        lines = [(item["line"], item["outcome"], item["code"]) for item in told["items"]]
        self.assertEqual(lines[:-1], TOLD)
        # The opening wallets name no line: NEW-4 twice opens none of them.
        self.assertEqual(lines[-1][:2], (0, "refused"))
        self.check_import("customers", CUSTOMERS, told, *opening)
        self.assertEqual({row["customer"] for row in self.isp.get("/customers")["data"]},
                         {"OLD", "NEW-1", "NEW-4"})

        told = self.preview("services", SERVICES)
        by_line = {}
        for item in told["items"]:
            by_line.setdefault(item["line"], []).append(item["code"] or item["outcome"])
        self.assertEqual(by_line, {
            2: ["would create", "would create"], 3: ["plan-unknown"], 4: ["customer-unknown"],
            5: ["would create", "router-unknown"], 6: ["service-exists", "site-exists"]})
        self.check_import("services", SERVICES, told)

        # A second look says that it stands.
        again = self.preview("services", SERVICES)
        self.assertEqual((again["would_create"], again["stand_already"]), (0, told["would_create"]))
        self.assertEqual(again["refused"], told["refused"])

    def test_a_file_without_trouble_is_told_in_words(self):
        file = self.node.directory / "plans.csv"
        file.write_text("code,name,price_minor,currency,period,down_mbps,up_mbps\n"
                        "DAY,A day,5000,KES,day,10,5\n")
        words = ("--url", f"http://{self.node.address}", "import", "plans", file,
                 "--tenant", TENANT)
        told = self.node.run(*words, "--preview", exits=OK)
        self.assertEqual(told, f"{file}:2: would create define_plan\n"
                         "1 lines: 1 commands would be accepted, 0 stand already, 0 refused, "
                         "0 bad lines; nothing was written\n")
        self.node.run(*words, exits=OK)
        self.assertIn("stands already define_plan", self.node.run(*words, "--preview", exits=OK))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
