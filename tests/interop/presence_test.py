"""baresip watches presence and waiting messages through Ahoy, publishes its own, and gets messages that waited for it."""
import time
import unittest

import harness

SERVER, WATCHER, FRIEND = "127.14.1.1", "127.14.1.2", "127.14.1.3"


class Presence(unittest.TestCase):
    def setUp(self):
        self.things = []
        self.server = self.keep(harness.Ahoy(SERVER))

    def tearDown(self):
        for thing in reversed(self.things):
            thing.close()

    def keep(self, thing):
        self.things.append(thing)
        return thing

    def phone(self, user, ip, **options):
        phone = self.keep(harness.Baresip(ip, user, self.server.password(user), self.server.address(), **options))
        phone.registered()
        return phone

    def expect_shown(self, phone, status):
        """What the list of contacts says of the friend."""
        def shown():
            phone.command("contacts")
            return any(status in str(event.get("data", "")) for event in phone.events[-5:])
        harness.wait_for(shown, 15, f"a contact that is {status}; seen: {phone.events[-5:]}\n{phone.process.output()[-2000:]}")

    def test_presence_follows_registration_and_publication(self):
        friend = f'"Friend" <sip:1001@{SERVER}>;presence=p2p\n'
        watcher = self.phone("1000", WATCHER, modules=("contact", "presence"), contacts=friend)
        self.expect_shown(watcher, "Offline")
        there = self.phone("1001", FRIEND, modules=("presence",), account=";pubint=60")
        self.expect_shown(watcher, "Online")
        there.command("presence", "offline")
        self.expect_shown(watcher, "Offline")
        there.close()
        self.things.remove(there)

    def test_waiting_messages_light_the_lamp(self):
        phone = self.phone("1000", WATCHER, modules=("mwi",))
        phone.process.wait_for_line(r"Messages-Waiting: no", 30)
        self.assertIn("+OK", self.server.console(f"message_waiting 1000@{SERVER} 2/8"))
        phone.process.wait_for_line(r"Voice-Message: 2/8 \(0/0\)", 10)
        # The subscription outlives a restart: the next count comes without a new one. What was said is written within a
        # quarter of a second.
        time.sleep(1)
        self.server.kill()
        self.server.start()
        self.server.console(f"message_waiting 1000@{SERVER} 0/9")
        phone.process.wait_for_line(r"Voice-Message: 0/9 \(0/0\)", 20)
        self.assertEqual(phone.process.output().count("mwi: subscribing"), 1)


if __name__ == "__main__":
    unittest.main()
