// Package leasehold is the Leasehold SDK: volume activation for applications.
//
//	client, err := leasehold.Open(manifest, leasehold.Options{})
//	if err != nil { ... }
//	defer client.Close()
//	client.StartRenewing(nil)
//	standing, err := client.Standing()
//
// Opening waits for nothing and asking how the client stands is cheap. What waits for the network takes a context. Failures are of type
// *Error; compare them with errors.Is and a Code: errors.Is(err, leasehold.ThresholdNotMet).
//
// The package needs cgo and the C library: pkg-config finds it.
package leasehold

// #cgo pkg-config: leasehold
// #include <stdlib.h>
// #include "leasehold.h"
import "C"

import (
	"runtime"
	"unsafe"
)

// A Code is the stable name of what went wrong. It is an error, so that errors.Is compares with it.
type Code string

// Codes that applications act on. Others compare as Code("name").
const (
	AlreadyRenewing  Code = "already-renewing"
	BadHandle        Code = "bad-handle"
	BorrowedLess     Code = "borrowed-less"
	CapacityReached  Code = "capacity-reached"
	File             Code = "file"
	ForeignManifest  Code = "foreign-manifest"
	HostUnreachable  Code = "host-unreachable"
	InvalidArgument  Code = "invalid-argument"
	Malformed        Code = "malformed"
	NoHost           Code = "no-host"
	NotAProductKey   Code = "not-a-product-key"
	Revoked          Code = "revoked"
	SignInNeeded     Code = "sign-in-needed"
	StateFull        Code = "state-full"
	StateUnusable    Code = "state-unusable"
	TestClockRefused Code = "test-clock-refused"
	ThresholdNotMet  Code = "threshold-not-met"
)

func (code Code) Error() string { return string(code) }

// An Error is what went wrong; a refusal by a host is one too.
type Error struct {
	Code Code
	// Number is that of leasehold.h.
	Number int
	// Message is one line.
	Message string
	// Hint is what to do about it; it may be empty.
	Hint string
}

func (err *Error) Error() string { return err.Message }

// Is compares with a Code.
func (err *Error) Is(target error) bool {
	code, is := target.(Code)
	return is && code == err.Code
}

// Version is the release of the C library.
func Version() string { return C.GoString(C.lh_version()) }

// call runs function and turns its result into an error; both on one thread, as the last error is the thread's.
func call(function func() C.int32_t) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if function() == C.LH_OK {
		return nil
	}
	last := C.lh_last_error()
	return &Error{
		Code:    Code(C.GoString(last.name)),
		Number:  int(last.code),
		Message: C.GoString(last.message),
		Hint:    C.GoString(last.hint),
	}
}

// textOf calls a function that puts a text where it is told.
func textOf(function func(out **C.char) C.int32_t) (string, error) {
	var given *C.char
	err := call(func() C.int32_t { return function(&given) })
	if err != nil {
		return "", err
	}
	defer C.lh_free(unsafe.Pointer(given))
	return C.GoString(given), nil
}

// bytesOf calls a function that puts bytes where it is told.
func bytesOf(function func(out **C.uint8_t, size *C.size_t) C.int32_t) ([]byte, error) {
	var given *C.uint8_t
	var size C.size_t
	err := call(func() C.int32_t { return function(&given, &size) })
	if err != nil {
		return nil, err
	}
	defer C.lh_free(unsafe.Pointer(given))
	return C.GoBytes(unsafe.Pointer(given), C.int(size)), nil
}

// start is where bytes lie, and nil only where there is no slice: C refuses null.
func start(bytes []byte) *C.uint8_t {
	if bytes == nil {
		return nil
	}
	if len(bytes) == 0 {
		return (*C.uint8_t)(unsafe.Pointer(&empty))
	}
	return (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(bytes)))
}

var empty byte
