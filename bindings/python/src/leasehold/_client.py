"""The client of one product."""

from __future__ import annotations

import asyncio
import ctypes
import enum
import json
import os
import sys
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Optional, Union

from . import _native as native


class StandingKind(enum.Enum):
    """What the application may do."""

    #: No lease yet, within the initial grace: run, remind.
    UNACTIVATED = 1
    #: A valid lease: run.
    LICENSED = 2
    #: The lease has ended a short while ago, or the machine has become another one: run, warn.
    GRACE = 3
    #: Read-only, or as the vendor decides.
    REDUCED = 4


class Mode(enum.Enum):
    """How the manifest wants the standing to reach the application."""

    ENFORCE = 0
    ADVISE = 1
    OBSERVE = 2


class EventKind(enum.Enum):
    """What happened in the background."""

    #: The client has asked for a lease.
    ATTEMPT = 1
    #: The standing or the features are others than before.
    CHANGED = 2


class SignInWay(enum.Enum):
    """Which way a user signs in."""

    #: On any device, with a code.
    CODE = 0
    #: With a browser on this machine.
    BROWSER = 1


@dataclass(frozen=True)
class Standing:
    """What a client may do now, and until when."""

    kind: StandingKind
    #: The same without regard to the manifest's mode.
    actual: StandingKind
    #: The code of why it is not licensed (``expired``); ``None`` where there is no such reason.
    why: Optional[str]
    mode: Mode
    #: When it ends by itself; ``None`` where it does not.
    until: Optional[datetime]
    renew_at: Optional[datetime]
    days_left: Optional[int]
    #: The time that it was decided for.
    now: datetime
    clock_set_back: bool

    @property
    def allows_changes(self) -> bool:
        """Everything works until the standing is reduced."""
        return self.kind is not StandingKind.REDUCED


@dataclass(frozen=True)
class Event:
    """What happened in the background."""

    kind: EventKind
    #: The code of what went wrong; ``None`` where nothing did.
    error: Optional[str]
    message: str
    standing: Standing


@dataclass(frozen=True)
class Prompt:
    """What the user has to be shown."""

    address: str
    #: The code to enter there; ``None`` where a browser on this machine is to be opened.
    code: Optional[str]
    address_with_code: Optional[str]
    seconds: int


class Client:
    """The client of one product on this machine. Close it, or use it as a context manager; every thread may use it.

    ``manifest`` is what ``leasehold vendor manifest`` writes. What is not given is taken from the environment (``LEASEHOLD_HOST``,
    ``LEASEHOLD_STATE`` and so on) unless ``environment`` is false. ``host_name=""`` withholds the name of the machine from hosts.
    """

    def __init__(
        self,
        manifest: Union[bytes, bytearray, memoryview],
        *,
        state: Union[str, "os.PathLike[str]", None] = None,
        hosts: Optional[str] = None,
        root: Optional[str] = None,
        ca_file: Union[str, "os.PathLike[str]", None] = None,
        instance: Optional[str] = None,
        host_name: Optional[str] = None,
        directory: Optional[str] = None,
        directory_user: Optional[str] = None,
        directory_password: Optional[str] = None,
        directory_base: Optional[str] = None,
        test_clock: Union[str, "os.PathLike[str]", None] = None,
        connect_timeout: Optional[float] = None,
        dns: bool = True,
        environment: bool = True,
    ) -> None:
        self._handle = 0
        self._closing = threading.Lock()
        self._callback: Any = None
        options = native.Options(size=ctypes.sizeof(native.Options))
        options.flags = (0 if environment else 1) | (0 if dns else 2)
        options.connect_timeout_ms = round((connect_timeout or 0) * 1000)
        texts = {
            "state": state,
            "hosts": hosts,
            "root": root,
            "ca_file": ca_file,
            "instance": instance,
            "host_name": host_name,
            "directory": directory,
            "directory_user": directory_user,
            "directory_password": directory_password,
            "directory_base": directory_base,
            "test_clock": test_clock,
        }
        for name, text in texts.items():
            setattr(options, name, native.encode(text, name))
        given, handle = bytes(manifest), ctypes.c_uint64()
        native.call("client_open", given, len(given), ctypes.byref(options), ctypes.byref(handle))
        self._handle = handle.value

    @classmethod
    def from_file(cls, path: Union[str, "os.PathLike[str]"], **options: Any) -> "Client":
        """Opens the client of the manifest in a file."""
        with open(path, "rb") as file:
            return cls(file.read(), **options)

    def close(self) -> None:
        """Closes the client; may be called twice. Every other method then raises ``bad-handle``."""
        with self._closing:
            handle, self._handle = self._handle, 0
        if handle:
            native.call("client_close", handle)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", 0) and not sys.is_finalizing():
            self.close()

    def standing(self) -> Standing:
        """What the product may do now. Waits for nothing."""
        standing = native.NativeStanding(size=ctypes.sizeof(native.NativeStanding))
        native.call("client_standing", self._handle, ctypes.byref(standing))
        return _standing(standing)

    def feature(self, name: str) -> bool:
        """Whether the application may offer the feature of this name now."""
        has = ctypes.c_int32()
        native.call("client_feature", self._handle, native.encode(name, "name"), ctypes.byref(has))
        return bool(has.value)

    def message(self) -> str:
        """The standing in words for the user."""
        return native.text_of("client_message", self._handle)

    def status(self) -> "dict[str, Any]":
        """All that the standing rests on: what ``leasehold client status --json`` prints."""
        return json.loads(native.text_of("client_status", self._handle))

    def doctor(self) -> "dict[str, Any]":
        """What ``leasehold doctor --json`` prints. Waits for the network."""
        return json.loads(native.text_of("client_doctor", self._handle))

    def activate(self, key: Optional[str] = None, authority: Optional[str] = None) -> None:
        """Asks for a lease: a host, or with a multiple key the vendor's authority. Waits for the network."""
        if key is None:
            native.call("client_activate", self._handle)
        else:
            texts = native.encode(key, "key"), native.encode(authority or "", "authority")
            native.call("client_activate_with_key", self._handle, *texts)

    def renew(self) -> None:
        """Renews the lease now. Waits for the network."""
        native.call("client_renew", self._handle)

    def borrow(self, length: timedelta) -> None:
        """Borrows: asks a host for a lease that lasts for so long, to be used without a network; :meth:`release` gives it back earlier.

        Where the lease that was given ends before, that is a :class:`Error` with the code ``borrowed-less``; :meth:`standing` says when.
        Waits for the network.
        """
        native.call("client_borrow", self._handle, max(length // timedelta(seconds=1), 0))

    def tick(self) -> None:
        """Asks for a lease if it is time to; for programs with a loop of their own."""
        native.call("client_tick", self._handle)

    def release(self) -> None:
        """Gives the lease back. Waits for the network."""
        native.call("client_release", self._handle)

    async def activate_async(self, key: Optional[str] = None, authority: Optional[str] = None) -> None:
        """As :meth:`activate`, without holding up the event loop."""
        await _in_a_thread(self.activate, key, authority)

    async def renew_async(self) -> None:
        """As :meth:`renew`, without holding up the event loop."""
        await _in_a_thread(self.renew)

    async def borrow_async(self, length: timedelta) -> None:
        """As :meth:`borrow`, without holding up the event loop."""
        await _in_a_thread(self.borrow, length)

    async def release_async(self) -> None:
        """As :meth:`release`, without holding up the event loop."""
        await _in_a_thread(self.release)

    async def doctor_async(self) -> "dict[str, Any]":
        """As :meth:`doctor`, without holding up the event loop."""
        return await _in_a_thread(self.doctor)

    def request_for_host(self) -> bytes:
        """The request for a host, to be carried there as a file."""
        return native.bytes_of("client_request_for_host", self._handle)

    def request_for_vendor(self, key: str) -> bytes:
        """The request of a machine with a multiple key, to be carried to the vendor."""
        return native.bytes_of("client_request_for_vendor", self._handle, native.encode(key, "key"))

    def install(self, answer: bytes) -> None:
        """Stores the answer to a request that was carried."""
        native.call("client_install", self._handle, bytes(answer), len(answer))

    def start_renewing(self, changed: Optional[Callable[[Event], None]] = None) -> None:
        """Renews in the background. ``changed`` is called on a thread of the library; what it raises is reported and harms nothing."""

        def tell(_: object, event: "ctypes._Pointer[native.NativeEvent]") -> None:
            if changed is not None:
                changed(_event(event.contents))

        callback = native.Callback(tell) if changed else native.Callback()
        native.call("client_start_renewing", self._handle, callback, None)
        self._callback = callback

    def stop_renewing(self) -> None:
        """Renews in the background no more. The callback is not called again once this returns."""
        native.call("client_stop_renewing", self._handle)

    def sign_in(self, show: Callable[[Prompt], None], *, way: SignInWay = SignInWay.CODE,
                give_up: Callable[[], bool] = lambda: False) -> None:
        """Has the user sign in, and asks for a lease. Waits for the user; ``give_up`` is asked meanwhile."""

        raised: "list[BaseException]" = []

        def tell(_: object, prompt: "ctypes._Pointer[native.NativePrompt]") -> int:
            try:
                if prompt:
                    show(_prompt(prompt.contents))
                return int(give_up())
            except BaseException as error:  # it is raised where the caller waits
                raised.append(error)
                return 1

        try:
            native.call("client_sign_in", self._handle, way.value, native.SignInCallback(tell), None)
        finally:
            if raised:
                raise raised[0]

    def sign_out(self) -> None:
        """Gives the user's lease back and forgets the tokens."""
        native.call("client_sign_out", self._handle)

    def devices(self) -> "list[dict[str, Any]]":
        """The devices on which the user holds leases."""
        return json.loads(native.text_of("client_devices", self._handle))

    def free_device(self, device: str) -> bool:
        """Ends the user's leases on a device; whether there were any."""
        freed = ctypes.c_int32()
        native.call("client_free_device", self._handle, native.encode(device, "device"), ctypes.byref(freed))
        return bool(freed.value)


async def _in_a_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(None, function, *arguments)


def _standing(given: native.NativeStanding) -> Standing:
    return Standing(
        kind=StandingKind(given.standing),
        actual=StandingKind(given.actual),
        why=native.result_name(given.why) if given.why else None,
        mode=Mode(given.mode),
        until=_time(given.until),
        renew_at=_time(given.renew_at),
        days_left=None if given.days_left == native.NEVER else given.days_left,
        now=datetime.fromtimestamp(given.now, timezone.utc),
        clock_set_back=bool(given.clock_set_back),
    )


def _event(given: native.NativeEvent) -> Event:
    error = native.result_name(given.result) if given.result else None
    return Event(EventKind(given.kind), error, (given.message or b"").decode(), _standing(given.standing))


def _prompt(given: native.NativePrompt) -> Prompt:
    def text(bytes_: Optional[bytes]) -> Optional[str]:
        return None if bytes_ is None else bytes_.decode()

    return Prompt(text(given.address) or "", text(given.code), text(given.address_with_code), given.seconds)


def _time(seconds: int) -> Optional[datetime]:
    return None if seconds == native.NEVER else datetime.fromtimestamp(seconds, timezone.utc)
