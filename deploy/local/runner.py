"""The whole system on this machine: `python -m deploy.local.runner [--samples | --day day] [--once] [--log kafka]`.

It creates keys, starts PostgreSQL (and Kafka, if requested), creates and migrates the databases, loads the plan, starts
the four services, posts the sample, prints the totals, and serves until Ctrl-C. Existing data is kept and used.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Coroutine, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, TypeVar

import httpx

from deploy.kafka.broker import Broker
from deploy.local import home as home_of
from deploy.local import issuer, totals
from deploy.local.beside import Beside
from deploy.local.databases import Databases
from deploy.local.people import people_of, write_people
from deploy.local.processes import Child, LaunchError, LocalServer
from deploy.local.services import (
    PORTS,
    Command,
    addresses,
    refuse_dead,
    refuse_taken_ports,
    run_all,
    settings_of,
    start,
    stop_all,
    wait_ready,
    write_addresses,
    write_settings,
)
from deploy.sandbox import PLAN, POSTED_ON
from deploy.sandbox.client import HEARD_SECONDS_MAX, PAUSE_SECONDS, Caller, Client, Unanswered
from deploy.sandbox.expected import count
from deploy.sandbox.plan import write_plan
from deploy.sandbox.post import post

WATCH_SECONDS: Final = 0.5
PROVINCE: Final = "410000"

T = TypeVar("T")


class Run:
    """One run, from the start to four ready services."""

    def __init__(
        self, environment: Mapping[str, str], log: str, *, business_day: date | None, samples: bool = False
    ) -> None:
        """The services' clock is set so that today is `business_day`; None leaves it unchanged.

        With `samples` the plan is the sample's.
        """
        self._environment = environment
        self._business_day = business_day
        self._samples = samples
        self._log = log
        self._started = time.monotonic()
        self.home = home_of(environment)
        self.keys = self.home / "keys"
        self.addresses = addresses(environment)
        self.services: dict[str, Child] = {}
        self._servers: dict[str, LocalServer] = {}
        self._restarted: set[str] = set()

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self._started:5.1f} s] {text}", flush=True)

    def _plan(self) -> Path:
        """The plan to load: the sample's own for a run with it, and for later ones on the same data."""
        directory = self.home / "sample-plan"
        return write_plan(directory) if self._samples or directory.exists() else PLAN

    def start(self, stack: ExitStack) -> None:
        """Start everything; `stack` stops it, services first. Raises LaunchError."""
        refuse_taken_ports(self._environment)
        logs = self.home / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        issuer.make_keys(self.keys)
        self.say(f"keys are in {self.keys}")
        databases = self._open_databases(stack)
        log_url = self._open_log(stack, databases)
        settings = settings_of(self._environment, databases=databases.services, log_url=log_url, keys=self.keys)
        if self._business_day is not None:
            settings["SKILLS_CLOCK_OFFSET_DAYS"] = str((self._business_day - datetime.now(UTC).date()).days)
        write_settings(self.home / "services.env", settings)
        write_addresses(self.home / "addresses.env", self.addresses)
        run_all([Command(service, ("migrate",)) for service in PORTS], settings, logs)
        self.say("databases are up to date")
        plan = self._plan()
        run_all(
            [
                Command("registry", ("load-plan", str(plan))),
                Command("subsidy", ("load-policy", str(plan))),
                *(
                    Command("assessment", ("load-standards", str(file)))
                    for file in sorted(plan.glob("standards/*.toml"))
                ),
            ],
            settings,
            logs,
        )
        self.say(f"plan and policy are loaded from {plan.name}")
        stack.callback(lambda: stop_all(list(self.services.values())))
        for service in PORTS:
            self.services[service] = start(Command(service, ("serve",)), settings, logs)
        asyncio.run(wait_ready(self.services, self.addresses))
        self.say("services are ready: " + ", ".join(f"{service} {where}" for service, where in self.addresses.items()))

    def _open_databases(self, stack: ExitStack) -> Databases:
        databases = Databases(self.home, self._environment, log=self._log)
        stack.callback(databases.stop)
        databases.start()
        if databases.server is not None:
            self._servers["PostgreSQL"] = databases.server
        self.say(f"PostgreSQL answers at {databases.where}")
        return databases

    def _open_log(self, stack: ExitStack, databases: Databases) -> str:
        if self._log != "kafka":
            return databases.log
        if reason := Broker.missing():
            raise LaunchError(reason)
        port = self._environment.get("KAFKA_PORT")
        broker = stack.enter_context(Broker(self.home / "kafka", int(port) if port else None))
        self._servers["Kafka"] = broker
        self.say(f"Kafka answers at {broker.bootstrap}")
        return f"kafka://{broker.bootstrap}"

    def watch(self) -> None:
        """Start a server that has ended again, once. Raises LaunchError if it ends a second time, or a service ends."""
        refuse_dead(self.services)
        for name, server in self._servers.items():
            if server.alive:
                continue
            if name in self._restarted:
                raise LaunchError(f"{name} has ended by itself for the second time.\n{server.tail()}")
            self._restarted.add(name)
            self.say(f"{name} has ended by itself; starting it again")
            server.start()
            self.say(f"{name} answers again; the services go on by themselves")

    def while_alive(self, work: Coroutine[None, None, T]) -> T:
        """The result of `work`. Cancels it and raises LaunchError if a service exits meanwhile."""
        return asyncio.run(self._while_alive(work))

    async def _while_alive(self, work: Coroutine[None, None, T]) -> T:
        task = asyncio.ensure_future(work)
        try:
            while not task.done():
                self.watch()
                await asyncio.wait([task], timeout=WATCH_SECONDS)
            return task.result()
        except httpx.TransportError:
            refuse_dead(self.services)  # more informative than a broken connection
            raise
        finally:
            task.cancel()

    async def post_sample(self) -> bool:
        """Post the sample and print the live totals. Returns whether they match the independent count.

        What the user has posted counts, too, and is told apart: what was counted beside the sample before is expected
        beside it afterwards.
        """
        metrics = self.addresses["metrics"]
        beside = Beside(self.home / f"beside-the-sample.{self._log}.json")
        sample = count()
        own = beside.before_posting(await totals.settled(metrics), sample)
        self.say("posting the sample")
        async with Client(self.addresses, self.keys) as client:
            await post(client, self.say)
        expected = totals.sum_of(sample, own)
        live = await totals.wait_for(metrics, expected)
        print(f"\n{totals.tables(live, PLAN)}\n")
        wrong = totals.differences(expected, live)
        for line in wrong[:20]:
            print(line)
        with_own = " and what was there beside it" if own else ""
        if wrong:
            self.say(f"{len(wrong)} totals differ from the hand count of the sample{with_own}")
        else:
            beside.posted()
            self.say(f"totals equal the hand count{with_own and f' of the sample{with_own}'}")
        return not wrong

    def show(self) -> None:
        """Print the addresses to look at, and a command for a token to begin with.

        Not from within an event loop: it would turn a Ctrl-C at the last line into a cancellation of what is done.
        """
        registry, metrics = self.addresses["registry"], self.addresses["metrics"]
        pages = {
            "live page": f"{metrics}/",
            "sign in": f"{registry}/sign-in  (choose whom to be; it holds for all services)",
            "workplace": f"{registry}/  (of an institution: classes, rosters, attendance; it leads on to money)",
            "a token": asyncio.run(self._token_command()),
            "totals": f"{metrics}/v1/totals?by=programme,region",
            "progress": f"{metrics}/v1/progress",
            "stream": f"{metrics}/v1/stream",
        }
        pages |= {f"{service} API": f"{where}/docs" for service, where in self.addresses.items()}
        pages |= {"addresses": f". {self.home / 'addresses.env'}", "settings": f". {self.home / 'services.env'}"}
        pages["log files"] = str(self.home / "logs")
        width = max(map(len, pages))
        print("\n" + "\n".join(f"  {name:<{width}}  {where}" for name, where in pages.items()))
        print("\nCtrl-C stops everything; the data stays.", flush=True)

    def list_people(self) -> None:
        """Write down whom to choose from on the page to sign in."""
        write_people(asyncio.run(self._people()), self.home / "people.json")

    async def _people(self) -> list[dict[str, str | None]]:
        deadline = time.monotonic() + HEARD_SECONDS_MAX
        async with Client(self.addresses, self.keys) as client:
            while True:
                try:
                    return await people_of(client)
                except Unanswered:
                    # Where half of the plan has been heard, an officer's region may be a foreign one for a moment.
                    if time.monotonic() > deadline:
                        raise
                await asyncio.sleep(PAUSE_SECONDS)

    async def _token_command(self) -> str:
        """For a clerk of an institution, or for an officer if there is none yet."""
        async with Client(self.addresses, self.keys) as client:
            officer = Caller("province", "runner", region=PROVINCE)
            listed = (await client.get("registry", "/v1/institutions", by=officer, size="1"))["rows"]
        if not listed:
            return f"make token ROLE=province PERSON=wang REGION={PROVINCE}"
        return f"make token ROLE=institution PERSON=li ORG={listed[0]['id']}  (a clerk of {listed[0]['name']})"

    def serve(self) -> None:
        """Wait until Ctrl-C. Raises LaunchError if a service exits, or a server that was started again."""
        while True:
            self.watch()
            time.sleep(WATCH_SECONDS)


def run(*, samples: bool, day: date | None, once: bool, log: str) -> int:
    """The exit code: 0 after Ctrl-C while serving, or at the end of `once` if the totals match."""
    serving = False
    with ExitStack() as stack:
        try:
            here = Run(os.environ, log, business_day=POSTED_ON if samples else day, samples=samples)
            here.start(stack)
            is_right = here.while_alive(here.post_sample()) if samples else True
            if once:
                return 0 if is_right else 1
            serving = True
            here.list_people()
            here.show()
            here.serve()
        except (LaunchError, Unanswered, httpx.TransportError) as error:
            print(error, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\nStopping.", flush=True)
            return 0 if serving else 130
        finally:
            # A second Ctrl-C must not interrupt the shutdown.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return 0


def main() -> int:
    """Parse the command line, and run."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.runner", description=__doc__)
    clock = parser.add_mutually_exclusive_group()
    clock.add_argument("--samples", action="store_true", help="post the sample, on its own day, and print the totals")
    clock.add_argument("--day", type=date.fromisoformat, help="the day that it is for the services: 2025-12-01")
    parser.add_argument("--once", action="store_true", help="stop after the totals; exit code 0 if they are right")
    parser.add_argument("--log", choices=("embedded", "kafka"), default="embedded", help="what carries the facts")
    chosen = parser.parse_args()
    # SIGTERM ends a run like Ctrl-C; set explicitly, because a shell starts background jobs with SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    return run(samples=chosen.samples, day=chosen.day, once=chosen.once, log=chosen.log)


if __name__ == "__main__":
    sys.exit(main())
