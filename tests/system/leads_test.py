"""From somebody who asks to a customer whose line is on, and what customers ask after that: a real
node, its HTTP API, its read models, test routers.

    leads_test.py TOLLBOOK TEST_ROUTER
"""

import sys
import time
import unittest

import ledger_load as load
import provider
from finance_provider import Provider

TOLLBOOK, TEST_ROUTER = sys.argv[1:3]
TENANT = "mtaani"
WITHIN = 60


class Leads(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = load.node_of(cls, TOLLBOOK, "leads", before_start=cls.begin_routers)
        cls.isp = Provider(cls.node, TENANT)
        cls.isp.post("", {"name": "Mtaani Net", "timezone": "Africa/Nairobi", "currency": "KES",
                          "tills": ["main"], "test_clock": "2026-11-20T06:00:00Z"})
        cls.isp.plan("HOME", 150_000, "month")
        cls.router, port = min(cls.routers.ports.items())
        cls.isp.post("/routers", {"router": cls.router, "driver": "routeros-api",
                                  "address": "127.0.0.1", "port": port, "username": "api",
                                  "password": "secret"})
        cls.isp.post("/customers", {"customer": "OLD", "name": "Old", "phone": "2547",
                                    "references": ["OLD"]})
        cls.isp.post("/services", {"service": "OLD-1", "customer": "OLD", "plan": "HOME",
                                   "renews_on": "2026-12-20"})

    @classmethod
    def begin_routers(cls, node):
        """They go after the node."""
        cls.routers = cls.enterClassContext(provider.Routers(TEST_ROUTER, node.directory))

    @classmethod
    def tearDownClass(cls):
        cls.isp.connection.close()

    def refused(self, path, body, slug, status=409):
        answer = self.isp.post(path, body, expect=(status,))
        self.assertEqual(answer["code"], slug, answer)

    def asked(self, path):
        return self.isp.get(path)["data"]

    def await_line(self, user, on):
        """Until a router says so."""
        deadline = time.monotonic() + WITHIN
        while (found := self.routers.lines().get(user)) != (self.router, on):
            self.assertLess(time.monotonic(), deadline, found)
            time.sleep(0.1)

    def test_a_lead_becomes_a_customer_whose_line_is_on(self):
        self.isp.post("/leads", {"lead": "L-1", "name": "Wanjiku", "phone": "254711",
                                 "address": "plot 7, Moi Road", "source": "walk-in",
                                 "plan": "HOME"})
        self.isp.post("/leads/L-1/move", {"stage": "contacted"})
        self.isp.post("/leads/L-1/move", {"stage": "surveyed", "note": "40 m from the pole"})
        (lead,) = self.asked("/leads?source=walk-in")
        self.assertEqual((lead["lead"], lead["name"], lead["stage"], lead["customer"]),
                         ("L-1", "Wanjiku", "surveyed", None))
        profile = self.isp.get("/leads/L-1")
        self.assertEqual(profile["address"], "plot 7, Moi Road")
        self.assertEqual([(step["stage"], step["note"]) for step in profile["steps"]],
                         [("open", ""), ("contacted", ""), ("surveyed", "40 m from the pole")])

        agreed = {"customer": "ACC-1", "name": "Wanjiku", "phone": "254711",
                  "references": ["ACC-1"], "service": "ACC-1-1", "blocks": ["unpaid"]}
        convert = "/leads/L-1/convert"
        self.refused(convert, agreed | {"customer": "OLD"}, "customer-exists")
        self.refused(convert, agreed | {"references": ["old"]}, "payment-reference-taken")
        self.refused(convert, agreed | {"service": "OLD-1"}, "service-exists")
        self.refused(convert, agreed | {"plan": "NONE"}, "plan-unknown", 404)
        self.assertEqual(self.isp.ask("/customers/ACC-1")[0], 404)
        tried = self.isp.post(convert + "?dry_run=true", agreed)
        for event in ("customer_registered", "service_added", "lead_converted"):
            self.assertIn(event, str(tried))
        self.assertEqual(self.isp.get("/leads/L-1")["stage"], "surveyed")
        self.isp.post(convert, agreed)

        self.assertNotIn("L-1", [lead["lead"] for lead in self.asked("/leads")])
        (lead,) = self.asked("/leads?stage=converted")
        self.assertEqual((lead["customer"], lead["service"]), ("ACC-1", "ACC-1-1"))
        self.refused("/leads/L-1/lose", {"reason": "late"}, "lead-ended")
        customer = self.isp.get("/customers/ACC-1")
        self.assertEqual((customer["name"], customer["references"]), ("Wanjiku", ["ACC-1"]))
        self.assertEqual([(s["service"], s["plan"]) for s in customer["services"]],
                         [("ACC-1-1", "HOME")])

        self.isp.post("/sites", {"site": "ACC-1-1", "kind": "ppp", "target": self.router,
                                 "username": "wanjiku", "password": "secret"})
        self.await_line("wanjiku", False)
        self.isp.pay("ACC-1", 150_000)
        self.await_line("wanjiku", True)
        self.assertEqual(self.isp.get("/services/ACC-1-1")["renews_on"], "2026-12-20")

    def test_a_lead_of_which_nothing_comes(self):
        self.isp.post("/leads", {"lead": "L-2", "name": "Otieno", "phone": ""})
        self.refused("/leads/L-2/move", {"stage": "lost"}, "value-out-of-range", 422)
        self.refused("/leads", {"lead": "L-2", "name": "Again", "phone": ""}, "lead-exists")
        self.refused("/leads/none/move", {"stage": "open"}, "lead-unknown", 404)
        self.isp.post("/leads/L-2/lose", {"reason": "too far"})
        self.refused("/leads/L-2/convert", {"customer": "X", "name": "", "phone": "",
                                            "references": [], "service": "X-1"}, "lead-ended")
        self.assertEqual([lead["lead"] for lead in self.asked("/leads?stage=lost")], ["L-2"])
        self.assertEqual(self.isp.get("/leads/L-2")["steps"][-1]["note"], "too far")

    def test_a_ticket_is_answered_closed_and_opened_again(self):
        self.isp.post("/tickets", {"ticket": "T-1", "customer": "OLD", "subject": "No internet",
                                   "text": "Since today.\nThe lamp is red.", "service": "OLD-1",
                                   "priority": "high"})
        self.isp.post("/tickets/T-1/answers", {"text": "We look at it.", "user": "ann"})
        (ticket,) = self.asked("/tickets?status=open")
        self.assertEqual((ticket["last_author"], ticket["text_count"]), ("staff", 2))
        self.isp.post("/tickets/T-1/close", {"user": "ann"})
        self.refused("/tickets/T-1/answers", {"text": "One more thing.", "user": "ann"},
                     "ticket-closed")
        self.assertEqual(self.asked("/tickets?status=open"), [])
        (ticket,) = self.asked("/tickets?status=closed&customer=OLD&priority=high")
        self.assertEqual(ticket["closed_by"], "ann")
        self.isp.post("/tickets/T-1/answers", {"text": "It is back."})
        told = self.isp.get("/tickets/T-1")
        self.assertEqual((told["status"], told["closed_at"], told["closed_by"]),
                         ("open", None, None))
        self.assertEqual(
            [(text["number"], text["author"], text["written_by"], text["text"])
             for text in told["texts"]],
            [(1, "customer", None, "Since today.\nThe lamp is red."),
             (2, "staff", "ann", "We look at it."), (3, "customer", None, "It is back.")])
        self.isp.post("/tickets/T-1/service", {})
        self.assertEqual(self.asked("/tickets?service=OLD-1"), [])
        self.refused("/tickets/T-1/service", {"service": "none"}, "service-unknown", 404)
        self.refused("/tickets", {"ticket": "T-1", "customer": "OLD", "subject": "", "text": "x"},
                     "ticket-exists")

    def test_a_viewer_reads_and_does_not_write(self):
        viewer = self.node.run("apikey", "create", "--tenant", TENANT, "--role", "viewer").strip()
        for path in ("/leads", "/tickets"):
            self.assertEqual(self.isp.ask(path, key=viewer)[0], 200)
        connection, key = self.node.connect(), self.node.key
        self.addCleanup(connection.close)
        self.node.key = viewer
        try:
            status, answer = load.post(connection, self.node, f"/v1/tenants/{TENANT}/leads",
                                       {"lead": "L-9", "name": "N", "phone": ""}, "viewer-1")
        finally:
            self.node.key = key
        self.assertEqual((status, answer["code"]), (403, "permission-denied"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
