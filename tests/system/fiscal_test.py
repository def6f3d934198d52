"""Invoices on their way to a fiscal device: one that is away, one that refuses, and a node that dies
between the device's answer and the record of it. A real node, its read models, its documents.

    fiscal_test.py TOLLBOOK
"""

import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import fiscal_device
import ledger_load as load
from finance_provider import Provider

TOLLBOOK = sys.argv[1]
WITHIN = 60
KEY = "cmc-0f9d3a5c"
SETTINGS = ["fiscal.check_every_ms=20", "fiscal.timeout_ms=400"]


def text_of(pdf):
    return subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True,
                          check=True).stdout.decode()


def qr_of(pdf):
    """What a reader makes of the code on the page."""
    with tempfile.TemporaryDirectory() as scratch:
        page = pathlib.Path(scratch, "page")
        subprocess.run(["pdftoppm", "-r", "150", "-png", "-singlefile", "-", str(page)], input=pdf,
                       check=True)
        read = subprocess.run(["zbarimg", "--raw", "--quiet", f"{page}.png"], capture_output=True,
                              check=True)
    return read.stdout.decode().strip()


def give_key(node):
    keys = node.directory / "fiscal.keys"
    keys.write_text(f"jamii-away main {KEY}\n")
    keys.chmod(0o600)


class Fiscal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = load.node_of(cls, TOLLBOOK, "fiscal", SETTINGS, before_start=give_key)

    def setUp(self):
        self.device = fiscal_device.Device()
        self.addCleanup(self.device.stop)
        self.isp = Provider(self.node, f"jamii-{self.id().rpartition('.')[2][5:].split('_')[0]}")
        self.addCleanup(lambda: self.isp.connection.close())
        self.isp.post("", {"name": "Jamii Net", "timezone": "Africa/Nairobi", "currency": "KES",
                           "tills": ["main"], "test_clock": "2026-11-20T06:00:00Z"})
        self.isp.post("/taxes", {"tax": "vat", "valid_from": "2026-01-01",
                                 "rates": [{"code": "vat16", "rate_ppm": 160000,
                                            "compound": False}]})
        self.isp.post("/customers", {"customer": "A", "name": "Amina", "phone": "2547",
                                     "references": ["A"]})
        self.set_device()

    def set_device(self, **more):
        self.isp.post("/fiscal-device", {"enabled": True, "url": self.device.url,
                                         "device": "P051234567X:00"} | more)

    def issue(self, invoice, minor=116_000):
        self.isp.post("/invoices", {"invoice": invoice, "customer": "A", "lines": [
            {"component": "router", "minor": minor, "tax": "vat"}]})
        return self.isp.post(f"/invoices/{invoice}/issue", {})

    def fiscal(self, invoice):
        """What the read model says of the invoice itself."""
        return self.isp.get(f"/invoices/{invoice}")["fiscal"][0]

    def await_state(self, invoice, state):
        deadline = time.monotonic() + WITHIN
        while (found := self.fiscal(invoice))["state"] != state:
            self.assertLess(time.monotonic(), deadline, found)
            time.sleep(0.05)
        return found

    def listed(self, fiscal):
        return [invoice["invoice"] for invoice in self.isp.get(f"/invoices?fiscal={fiscal}")["data"]]

    def page(self, invoice):
        self.isp.connection.request(
            "GET", f"/v1/tenants/{self.isp.tenant}/invoices/{invoice}/document.pdf"
            f"?min_position={self.isp.position}",
            headers={"Authorization": f"Bearer {self.node.key}"})
        answer = self.isp.connection.getresponse()
        pdf = answer.read()
        self.assertEqual(answer.status, 200, pdf)
        return pdf

    def scraped(self, path="/metrics"):
        self.isp.connection.request("GET", path,
                                    headers={"Authorization": f"Bearer {self.node.key}"})
        answer = self.isp.connection.getresponse()
        return answer.status, answer.read().decode()

    def metric(self, name):
        line = f'tollbook_fiscal_{name}{{tenant="{self.isp.tenant}",entity="main"}} '
        found = [row for row in self.scraped()[1].splitlines() if row.startswith(line)]
        return float(found[0].rpartition(" ")[2]) if found else None

    def await_metric(self, name, reached):
        deadline = time.monotonic() + WITHIN
        while (found := self.metric(name)) is None or not reached(found):
            self.assertLess(time.monotonic(), deadline, (name, found))
            time.sleep(0.05)

    def recorded(self, kind="fiscal_receipt_recorded"):
        """Events of that type that the log holds of this tenant."""
        self.isp.get("/taxes")  # Waits until the read models are there.
        (count,) = self.node.sql("SELECT count(*) FROM tollbook.event_index WHERE tenant = "
                                 f"'{self.isp.tenant}' AND type = '{kind}'")
        return int(count)

    def test_away_then_there(self):
        self.issue("I-1")  # Nobody listens where the device should be.
        self.issue("I-2")
        self.assertEqual(self.fiscal("I-1")["state"], "pending")
        self.assertEqual(self.listed("pending"), ["I-1", "I-2"])
        self.assertEqual(self.listed("transmitted"), [])
        self.assertIn("Fiscal number pending", text_of(self.page("I-1")))
        (row,) = self.isp.get("/fiscal-devices")["data"]
        self.assertEqual((row["pending"], row["refused"], row["oldest_pending_at"]),
                         (2, 0, "2026-11-20T06:00:00.000000Z"))
        self.isp.post("/clock/advance", {"to": "2026-11-20T07:00:00Z"})
        self.await_metric("pending", lambda n: n == 2)
        self.await_metric("oldest_seconds", lambda n: n == 3600)
        self.await_metric("retries_total", lambda n: n > 2)
        self.await_metric("device_up", lambda n: n == 0)
        status, checks = self.scraped("/readyz?verbose")
        self.assertEqual(status, 200, checks)
        self.assertIn("fiscal", checks)

        self.device.start()
        first, second = self.await_state("I-1", "transmitted"), self.await_state("I-2", "transmitted")
        self.assertEqual((first["control_number"], second["control_number"]),
                         ("KRACU0100000001/1", "KRACU0100000001/2"))
        self.assertEqual(first["device_time"], "2026-11-20T06:00:01.000000Z")
        pdf = self.page("I-1")
        self.assertIn("KRACU0100000001/1", text_of(pdf))
        self.assertIn("2026-11-20 09:00:01", text_of(pdf))
        self.assertNotIn("pending", text_of(pdf))
        self.assertEqual(qr_of(pdf), first["qr"])
        self.assertTrue(first["qr"].endswith("?Data=P051234567X00SIGN000000000001"), first)
        self.await_metric("pending", lambda n: n == 0)
        self.await_metric("device_up", lambda n: n == 1)
        self.assertEqual(self.listed("pending"), [])
        told = [body for _, body in self.device.requests][-2]
        self.assertEqual((told["trdInvcNo"], told["totAmt"], told["taxAmtB"], told["taxblAmtB"]),
                         ("INV-000001", 1160.0, 160.0, 1000.0))
        self.assertEqual(self.device.keys, {KEY})
        self.assertEqual(self.recorded(), 2)

    def test_refused_and_retried(self):
        self.device.manner = self.device.refuse
        self.device.start()
        self.issue("I-1")
        refused = self.await_state("I-1", "refused")
        self.assertEqual((refused["code"], refused["reason"]), ("910", "itemNm: not a text"))
        self.assertEqual(self.listed("refused"), ["I-1"])
        self.await_metric("refused", lambda n: n == 1)
        self.device.manner = self.device.take
        self.issue("I-2")  # It goes on.
        self.await_state("I-2", "transmitted")
        self.isp.post("/invoices/I-2/void", {"reason": "x"}, expect=(409,))
        self.isp.post("/invoices/I-1/credit-notes", {
            "credit_note": "N-1", "lines": [{"line": 1, "minor": 1_160}], "reason": "sent back"})
        (row,) = self.isp.get("/fiscal-documents?state=pending")["data"]
        self.assertEqual((row["credit_note"], row["number"]), ("N-1", "CN-000001"))
        self.isp.post("/invoices/I-1/fiscal-retry", {"user": "ann"})
        self.await_state("I-1", "transmitted")
        deadline = time.monotonic() + WITHIN
        while (note := self.isp.get("/invoices/I-1")["fiscal"][1])["state"] != "transmitted":
            self.assertLess(time.monotonic(), deadline, note)
            time.sleep(0.05)
        text = text_of(self.page("I-1"))
        self.assertIn("Control number " + note["control_number"], text)
        told = self.device.requests[-1][1]
        self.assertEqual((told["rcptTyCd"], told["orgInvcNo"], told["remark"]), ("R", 1, "sent back"))
        places = [row["place"] for row in self.isp.get("/fiscal-documents")["data"]]
        self.assertEqual(places, [1, 2, 3])

    def test_hangs_garbles_and_drops(self):
        self.device.start()
        for manner in (self.device.hang, self.device.garble, self.device.take_and_drop):
            self.device.manner = manner
            before, invoice = len(self.device.requests), f"I-{manner.__name__}"
            begun = time.monotonic()
            self.issue(invoice)
            issued = self.isp.position
            self.isp.post("/renewal-runs", {})
            self.isp.position = issued  # A run's report tells another one.
            self.assertLess(time.monotonic() - begun, 30)  # Neither waits for the device.
            deadline = time.monotonic() + WITHIN
            while len(self.device.requests) < before + 2:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)
            self.assertEqual(self.fiscal(invoice)["state"], "pending")
            self.device.manner = self.device.take
            self.await_state(invoice, "transmitted")
        self.assertEqual((len(self.device.receipts), self.recorded()), (3, 3))

    def killed_while(self, invoice, moment):
        """The node dies once the device has the document: before it hears so, or just after."""
        dying = threading.Event()

        def take_and_kill(handler, request):
            receipt = self.device.receipt(request)
            if moment == "answered":
                self.device.manner = self.device.take
                self.device.take(handler, request)
            self.node.process.kill()
            if moment == "told":
                self.device.manner = self.device.take
            self.assertTrue(receipt)
            dying.set()

        self.issue(invoice)  # While nobody listens there: the record of it is kept.
        self.device.manner = take_and_kill
        self.device.start()
        self.assertTrue(dying.wait(WITHIN))
        self.node.end(signal.SIGKILL)
        self.isp.connection.close()
        self.node.start()
        self.isp.connection = self.node.connect()
        state = self.await_state(invoice, "transmitted")
        self.device.stop()
        return state

    def test_killed_between_answer_and_record(self):
        for number, moment in enumerate(("told", "answered") * 3, 1):
            state = self.killed_while(f"I-{number}", moment)
            self.assertEqual(state["control_number"], f"KRACU0100000001/{number}")
            self.assertEqual(self.recorded(), number)
            self.assertEqual(len(self.device.receipts), number)
        asked = [request for request, _ in self.device.requests]
        self.assertGreaterEqual(len(asked), len(set(asked)) + 3)  # Those that were told twice.
        self.assertEqual(self.recorded("fiscal_transmission_requested"), 6)

    def test_voided_after_a_refusal(self):
        self.device.manner = self.device.refuse
        self.device.start()
        self.issue("I-1")
        self.await_state("I-1", "refused")
        self.isp.post("/invoices/I-1/void", {"reason": "typed wrong"})
        self.assertEqual(self.fiscal("I-1")["state"], "voided")
        self.assertNotIn("Fiscal", text_of(self.page("I-1")))

    def test_zz_the_key_is_in_no_log_and_the_views_agree(self):
        self.assertEqual(self.node.end(signal.SIGTERM), 0)
        self.node.run("export", "-o", self.node.directory / "book.tbx")
        self.node.run("verify")
        for name in ("book.tbx", "node.log"):
            self.assertNotIn(KEY.encode(), (self.node.directory / name).read_bytes())
        self.assertNotIn(KEY, self.node.run("config", "show"))
        self.isp.connection.close()
        self.node.start()
        self.isp.connection = self.node.connect()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
