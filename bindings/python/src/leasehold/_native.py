"""The C library: its functions and structs, and its errors as exceptions."""

from __future__ import annotations

import ctypes
import os
import sys
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p
from pathlib import Path

ABI_VERSION = 1 << 16
NEVER = -1


class LeaseholdError(Exception):
    """What went wrong. A refusal by a host is one too."""

    #: The stable code, such as ``threshold-not-met``.
    code: str
    #: Its number in ``leasehold.h``.
    number: int
    #: What to do about it; may be empty.
    hint: str

    def __init__(self, code: str, number: int, message: str, hint: str) -> None:
        super().__init__(message)
        self.code, self.number, self.hint = code, number, hint

    def __reduce__(self):  # exceptions travel between processes
        return type(self), (self.code, self.number, str(self), self.hint)


class Error(ctypes.Structure):
    _fields_ = [("code", c_int32), ("name", c_char_p), ("message", c_char_p), ("hint", c_char_p)]


class Options(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("flags", c_uint32),
        ("connect_timeout_ms", c_uint32),
        ("state", c_char_p),
        ("hosts", c_char_p),
        ("root", c_char_p),
        ("ca_file", c_char_p),
        ("instance", c_char_p),
        ("host_name", c_char_p),
        ("directory", c_char_p),
        ("directory_user", c_char_p),
        ("directory_password", c_char_p),
        ("directory_base", c_char_p),
        ("test_clock", c_char_p),
    ]


class NativeStanding(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("standing", c_int32),
        ("actual", c_int32),
        ("why", c_int32),
        ("mode", c_int32),
        ("until", c_int64),
        ("renew_at", c_int64),
        ("days_left", c_int64),
        ("now", c_int64),
        ("clock_set_back", c_int32),
        ("reserved", c_int32),
    ]


class NativeEvent(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("kind", c_int32),
        ("result", c_int32),
        ("message", c_char_p),
        ("standing", NativeStanding),
    ]


class NativePrompt(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("address", c_char_p),
        ("code", c_char_p),
        ("address_with_code", c_char_p),
        ("seconds", c_uint64),
    ]


Callback = ctypes.CFUNCTYPE(None, c_void_p, POINTER(NativeEvent))
SignInCallback = ctypes.CFUNCTYPE(c_int32, c_void_p, POINTER(NativePrompt))


def _load() -> ctypes.CDLL:
    named = os.environ.get("LEASEHOLD_LIBRARY")
    names = {"win32": "leasehold.dll", "darwin": "libleasehold.dylib"}
    path = named or str(Path(__file__).with_name("_native") / names.get(sys.platform, "libleasehold.so"))
    library = ctypes.CDLL(path)
    text, data, size = POINTER(c_void_p), POINTER(c_void_p), POINTER(c_size_t)
    functions: dict[str, list] = {
        "check_abi": [c_uint32],
        "client_open": [c_char_p, c_size_t, POINTER(Options), POINTER(c_uint64)],
        "client_close": [c_uint64],
        "client_standing": [c_uint64, POINTER(NativeStanding)],
        "client_feature": [c_uint64, c_char_p, POINTER(c_int32)],
        "client_message": [c_uint64, text],
        "client_status": [c_uint64, text],
        "client_doctor": [c_uint64, text],
        "client_activate": [c_uint64],
        "client_activate_with_key": [c_uint64, c_char_p, c_char_p],
        "client_renew": [c_uint64],
        "client_borrow": [c_uint64, c_uint64],
        "client_tick": [c_uint64],
        "client_release": [c_uint64],
        "client_request_for_host": [c_uint64, data, size],
        "client_request_for_vendor": [c_uint64, c_char_p, data, size],
        "client_install": [c_uint64, c_char_p, c_size_t],
        "client_start_renewing": [c_uint64, Callback, c_void_p],
        "client_stop_renewing": [c_uint64],
        "client_sign_in": [c_uint64, c_int32, SignInCallback, c_void_p],
        "client_sign_out": [c_uint64],
        "client_devices": [c_uint64, text],
        "client_free_device": [c_uint64, c_char_p, POINTER(c_int32)],
        "read_key": [c_char_p, text],
        "verify": [c_char_p, c_size_t, c_char_p, c_uint64, c_char_p, c_size_t, text],
    }
    for name, arguments in functions.items():
        function = getattr(library, f"lh_{name}")
        function.argtypes, function.restype = arguments, c_int32
    library.lh_last_error.restype = POINTER(Error)
    library.lh_result_name.argtypes, library.lh_result_name.restype = [c_int32], c_char_p
    library.lh_version.restype = c_char_p
    library.lh_free.argtypes, library.lh_free.restype = [c_void_p], None
    return library


_library = _load()


def check(number: int) -> None:
    """Raises what the last call on this thread has failed with."""
    if number != 0:
        last = _library.lh_last_error().contents
        raise LeaseholdError(_text(last.name), last.code, _text(last.message), _text(last.hint))


def call(name: str, *arguments) -> None:
    check(getattr(_library, f"lh_{name}")(*arguments))


def text_of(name: str, *arguments) -> str:
    """Calls a function whose last argument is where it puts a text."""
    given = c_void_p()
    call(name, *arguments, ctypes.byref(given))
    try:
        return ctypes.string_at(given.value or 0).decode()
    finally:
        _library.lh_free(given)


def bytes_of(name: str, *arguments) -> bytes:
    """Calls a function whose last arguments are where it puts bytes."""
    given, size = c_void_p(), c_size_t()
    call(name, *arguments, ctypes.byref(given), ctypes.byref(size))
    try:
        return ctypes.string_at(given.value or 0, size.value)
    finally:
        _library.lh_free(given)


def encode(text: str | os.PathLike[str] | None, name: str) -> bytes | None:
    if text is None:
        return None
    encoded = os.fspath(text).encode()
    if b"\0" in encoded:
        raise LeaseholdError("invalid-argument", 1, f"{name} has a zero in it", "")
    return encoded


def result_name(number: int) -> str:
    return _text(_library.lh_result_name(number))


def native_version() -> str:
    """The release of the native library."""
    return _text(_library.lh_version())


def _text(given: bytes | None) -> str:
    return (given or b"").decode(errors="replace")


check(_library.lh_check_abi(ABI_VERSION))
