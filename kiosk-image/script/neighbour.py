"""Somebody at the same network as an emulated pillar: knocks at every door, and writes down whom the pillar talks to.

It speaks by the cable itself, frame by frame; nothing of this machine's network is in between.
"""

import collections
import socket
import struct
import threading

PILLAR = bytes.fromhex("525400123456")
MYSELF = bytes.fromhex("52540a0b0c0d")
ADDRESS = socket.inet_aton("10.0.2.77")
TCP, UDP, ICMP = 6, 17, 1
# What the pillar may send of its own accord, and to which port: an address, names, the time, the hub.
ALLOWED = {(UDP, 67), (UDP, 53), (TCP, 53), (UDP, 123), (TCP, 443), (TCP, 8443)}


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packet(protocol, target, body):
    """An IPv4 packet from here."""
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 1, 0, 64, protocol, 0) + ADDRESS + target
    head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
    return PILLAR + MYSELF + b"\x08\0" + head + body


def knock(protocol, target, port):
    """What opens a connection at a port, or a datagram for it."""
    if protocol == TCP:
        body = struct.pack(">HHIIBBHHH", 40000, port, 7, 0, 0x50, 2, 1024, 0, 0)
        at = 16
    else:
        body = struct.pack(">HHHH", 40000, port, 8 + 4, 0) + b"zuil"
        at = 6
    pseudo = ADDRESS + target + struct.pack(">BBH", 0, protocol, len(body))
    body = body[:at] + struct.pack(">H", checksum(pseudo + body)) + body[at + 2 :]
    return packet(protocol, target, body)


class Neighbour:
    """On the cable as long as the machine is on."""

    def __init__(self, machine):
        self.machine = machine
        self.wire = socket.socket(socket.AF_UNIX)
        self.wire.connect(f"{machine.folder}/wire")
        self.pillar = None
        self.talks = collections.Counter()
        self.answers = []
        self.seen = 0
        threading.Thread(target=self.listen, daemon=True).start()

    def send(self, frame):
        frame = frame.ljust(60, b"\0")
        self.wire.sendall(struct.pack(">I", len(frame)) + frame)

    def listen(self):
        try:
            with self.wire.makefile("rb") as frames:
                while head := frames.read(4):
                    self.takes(frames.read(struct.unpack(">I", head)[0]))
        except OSError:
            pass

    def takes(self, frame):
        if frame[6:12] != PILLAR:
            return
        kind, body = frame[12:14], frame[14:]
        if kind == b"\x08\x06":
            if body[24:28] == ADDRESS:
                self.seen += 1
                if body[6:8] == b"\0\1":
                    self.send(PILLAR + MYSELF + b"\x08\x06" + struct.pack(">HHBBH", 1, 0x800, 6, 4, 2) + MYSELF + ADDRESS + body[8:18])
        elif kind == b"\x08\0":
            length = (body[0] & 15) * 4
            protocol, source, target = body[9], body[12:16], body[16:20]
            if source != bytes(4):
                self.pillar = source
            ports = struct.unpack(">HH", body[length : length + 4]) if protocol in (TCP, UDP) else (0, 0)
            if target == ADDRESS:
                self.answers.append((protocol, ports[0]))
            else:
                self.talks[protocol, socket.inet_ntoa(target), ports[1]] += 1
        elif kind == b"\x86\xdd":
            protocol, target = body[6], socket.inet_ntop(socket.AF_INET6, body[24:40])
            port = struct.unpack(">H", body[42:44])[0] if protocol in (TCP, UDP) else body[40]
            self.talks[protocol, target, port] += 1

    def is_there(self):
        """The pillar says who it is when it is asked, behind everything that was sent before."""
        before = self.seen
        asked = struct.pack(">HHBBH", 1, 0x800, 6, 4, 1) + MYSELF + ADDRESS + bytes(6) + self.pillar
        self.send(b"\xff" * 6 + MYSELF + b"\x08\x06" + asked)
        return self.machine.until(lambda: self.seen > before) is not None

    def knocks_everywhere(self):
        """At each port of both kinds, and with an echo; the ports that answered in any way, or None when nobody is there."""
        self.machine.until(lambda: self.pillar)
        if self.pillar is None or not self.is_there():
            return None
        self.answers.clear()
        for protocol in (TCP, UDP):
            for first in range(0, 65536, 128):
                for port in range(max(first, 1), first + 128):
                    self.send(knock(protocol, self.pillar, port))
                # No faster than it can hear.
                if not self.is_there():
                    return None
        echo = struct.pack(">BBHHH", 8, 0, 0, 1, 1)
        self.send(packet(ICMP, self.pillar, echo[:2] + struct.pack(">H", checksum(echo)) + echo[4:]))
        self.is_there()
        return sorted(set(self.answers))

    def strange_talks(self):
        """Whom it talked to without being one of those that it may talk to. IPv6 only asks for neighbours, routers and groups (58)."""
        return sorted(
            f"{protocol} {target} {port}"
            for protocol, target, port in self.talks
            if (protocol, port) not in ALLOWED | {(UDP, 547)} and protocol not in (58, 0)
        )


def judged(machine, judge, neighbour, doors=()):
    """Nothing but the doors that there are to be answers, and it talks to nobody strange."""
    found = neighbour.knocks_everywhere()
    said = "nobody is there" if found is None else ", ".join(f"{protocol}/{port}" for protocol, port in found) or "of 131070 ports and an echo none answered"
    judge(machine, "no door is open", found is not None and [port for _, port in found] == list(doors), said)
    talked = ", ".join(f"{protocol} {target} {port}: {count}" for (protocol, target, port), count in sorted(neighbour.talks.items()))
    judge(machine, "it talks to nobody but who gives addresses, names and time, and the hub", not neighbour.strange_talks(), talked)
