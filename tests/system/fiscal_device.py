"""A fiscal device on loopback that speaks as an eTIMS device does: it takes a document once, and
answers as it is told to."""

import http.server
import json
import threading


class Device:
    """Not there until it is started, at the same port each time. `manner` is what it does with the
    next requests; `receipts` are the documents that it has, by request id."""

    def __init__(self):
        self.receipts, self.requests, self.keys = {}, [], set()
        self.manner, self.lock = self.take, threading.Lock()
        self.released = threading.Event()
        self.server = None
        self.start()
        self.port = self.server.server_address[1]
        self.stop()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/trnsSales/saveSales"

    def start(self):
        device = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                request = self.headers["Request-Id"]
                with device.lock:
                    device.requests.append((request, json.loads(body)))
                    device.keys.add(self.headers["cmcKey"])
                device.manner(self, request)

            def log_message(self, *_):
                pass

        address = ("127.0.0.1", self.port if hasattr(self, "port") else 0)
        self.server = http.server.ThreadingHTTPServer(address, Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def stop(self):
        self.released.set()
        if self.server:
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()
            self.server = None

    def receipt(self, request):
        with self.lock:
            number = self.receipts.setdefault(request, len(self.receipts) + 1)
        return {"resultCd": "000", "resultMsg": "It is succeeded", "resultDt": "20261120090000",
                "data": {"rcptNo": number, "intrlData": "DATA", "rcptSign": f"SIGN{number:012}",
                         "totRcptNo": number, "vsdcRcptPbctDate": "20261120090001",
                         "sdcId": "KRACU0100000001", "mrcNo": "MRC"}}

    @staticmethod
    def say(handler, body, status=200):
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(body)

    # Manners.

    def take(self, handler, request):
        self.say(handler, json.dumps(self.receipt(request)).encode())

    def refuse(self, handler, _):
        self.say(handler, b'{"resultCd":"910","resultMsg":"itemNm: not a text","data":null}')

    def garble(self, handler, _):
        self.say(handler, b"\x00\xff<html>")

    def hang(self, *_):
        self.released.wait(60)

    def take_and_drop(self, handler, request):
        """It has the document; the answer ends half-way."""
        body = json.dumps(self.receipt(request)).encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:len(body) // 2])
