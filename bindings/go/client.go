package leasehold

// #include <stdlib.h>
// #include <string.h>
// #include "leasehold.h"
//
// void leaseholdEvent(void *context, lh_event *event);
// int32_t leaseholdPrompt(void *context, lh_sign_in_prompt *prompt);
//
// static int32_t start_renewing(lh_client client, uintptr_t context, int wanted) {
//   return lh_client_start_renewing(client, wanted ? (lh_callback)leaseholdEvent : NULL, (void *)context);
// }
// static int32_t sign_in(lh_client client, int32_t way, uintptr_t context) {
//   return lh_client_sign_in(client, way, (lh_sign_in_callback)leaseholdPrompt, (void *)context);
// }
import "C"

import (
	"context"
	"encoding/json"
	"os"
	"runtime/cgo"
	"strings"
	"sync"
	"time"
	"unsafe"
)

// Options are what may be set about a client. What is not set is taken from the environment (LEASEHOLD_HOST, LEASEHOLD_STATE and so on)
// unless NoEnvironment is.
type Options struct {
	// State is the state folder.
	State string
	// Hosts are addresses in the order in which they are tried.
	Hosts []string
	// Root is the root key that the manifest must have, 64 hexadecimal digits.
	Root string
	// CAFile holds the certificates trusted for https hosts, and no others.
	CAFile string
	// Instance is the id by which a container is recognised.
	Instance string
	// HostName is the name that hosts get to know; NoHostName withholds it.
	HostName   string
	NoHostName bool
	// Directory has servers after commas, "domain" or "off".
	Directory, DirectoryUser, DirectoryPassword, DirectoryBase string
	// TestClock is for tests: seconds with a sign, or a file that holds them.
	TestClock      string
	ConnectTimeout time.Duration
	NoDNS          bool
	NoEnvironment  bool
}

// A Client is the client of one product on this machine. All goroutines may use it.
type Client struct {
	mutex   sync.Mutex
	handle  C.lh_client
	renewal cgo.Handle
}

// Open opens the client of the product that manifest describes. It waits for nothing.
func Open(manifest []byte, options Options) (*Client, error) {
	if err := call(func() C.int32_t { return C.lh_check_abi(C.LH_ABI_VERSION) }); err != nil {
		return nil, err
	}
	given, free, err := options.given()
	if err != nil {
		return nil, err
	}
	defer free()
	client := &Client{}
	err = call(func() C.int32_t {
		return C.lh_client_open(start(manifest), C.size_t(len(manifest)), given, &client.handle)
	})
	if err != nil {
		return nil, err
	}
	return client, nil
}

// OpenFile opens the client of the manifest in a file.
func OpenFile(path string, options Options) (*Client, error) {
	manifest, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Open(manifest, options)
}

// Close closes the client; it may be called twice. Every other method then fails with BadHandle.
func (client *Client) Close() error {
	client.mutex.Lock()
	handle, renewal := client.handle, client.renewal
	client.handle, client.renewal = 0, 0
	client.mutex.Unlock()
	if handle == 0 {
		return nil
	}
	// Without the mutex: a callback that runs is waited for, and may use the client.
	err := call(func() C.int32_t { return C.lh_client_close(handle) })
	forget(renewal)
	return err
}

// StandingKind is what the application may do.
type StandingKind int

const (
	// Unactivated is no lease yet, within the initial grace: run, remind.
	Unactivated StandingKind = C.LH_UNACTIVATED
	// Licensed is a valid lease: run.
	Licensed StandingKind = C.LH_LICENSED
	// Grace is a lease that has ended a short while ago, or a machine that has become another one: run, warn.
	Grace StandingKind = C.LH_GRACE
	// Reduced is read-only, or as the vendor decides.
	Reduced StandingKind = C.LH_REDUCED
)

func (kind StandingKind) String() string {
	names := map[StandingKind]string{
		Unactivated: "unactivated", Licensed: "licensed", Grace: "grace", Reduced: "reduced",
	}
	return names[kind]
}

// A Standing is what a client may do now, and until when.
type Standing struct {
	Kind StandingKind
	// Actual is the same without regard to the manifest's mode.
	Actual StandingKind
	// Why is the code of why it is not licensed; empty where there is no such reason.
	Why Code
	// Until is when it ends by itself; zero where it does not.
	Until time.Time
	// RenewAt is when the client renews next; zero where there is nothing to renew.
	RenewAt time.Time
	// DaysLeft are whole days; -1 where it does not end.
	DaysLeft int64
	// Now is the time that it was decided for.
	Now          time.Time
	ClockSetBack bool
}

// AllowsChanges says whether everything works: it does until the standing is reduced.
func (standing Standing) AllowsChanges() bool { return standing.Kind != Reduced }

// Standing says what the product may do now. It waits for nothing.
func (client *Client) Standing() (Standing, error) {
	var given C.lh_standing
	given.size = C.size_t(unsafe.Sizeof(given))
	handle := client.open()
	err := call(func() C.int32_t { return C.lh_client_standing(handle, &given) })
	if err != nil {
		return Standing{}, err
	}
	return standingOf(&given), nil
}

// Feature says whether the application may offer the feature of this name now.
func (client *Client) Feature(name string) (bool, error) {
	text, free, err := cString(name, "name")
	if err != nil {
		return false, err
	}
	defer free()
	var has C.int32_t
	handle := client.open()
	err = call(func() C.int32_t { return C.lh_client_feature(handle, text, &has) })
	return has == 1, err
}

// Message is the standing in words for the user.
func (client *Client) Message() (string, error) {
	handle := client.open()
	return textOf(func(out **C.char) C.int32_t { return C.lh_client_message(handle, out) })
}

// Status is all that the standing rests on: what `leasehold client status --json` prints.
func (client *Client) Status() (json.RawMessage, error) {
	handle := client.open()
	text, err := textOf(func(out **C.char) C.int32_t { return C.lh_client_status(handle, out) })
	return json.RawMessage(text), err
}

// Doctor is what `leasehold doctor --json` prints.
func (client *Client) Doctor(ctx context.Context) (json.RawMessage, error) {
	handle := client.open()
	var text string
	err := wait(ctx, func() (err error) {
		text, err = textOf(func(out **C.char) C.int32_t { return C.lh_client_doctor(handle, out) })
		return err
	})
	if err != nil {
		return nil, err
	}
	return json.RawMessage(text), nil
}

// Activate asks for a lease now. Where the context ends first, the attempt goes on by itself, for 90 seconds at most.
func (client *Client) Activate(ctx context.Context) error {
	handle := client.open()
	return wait(ctx, func() error { return call(func() C.int32_t { return C.lh_client_activate(handle) }) })
}

// ActivateWithKey activates the product with a multiple key, at the vendor's authority.
func (client *Client) ActivateWithKey(ctx context.Context, key, authority string) error {
	if strings.ContainsRune(key+authority, 0) {
		return zero("key")
	}
	handle := client.open()
	return wait(ctx, func() error {
		key, authority := C.CString(key), C.CString(authority)
		defer C.free(unsafe.Pointer(key))
		defer C.free(unsafe.Pointer(authority))
		return call(func() C.int32_t { return C.lh_client_activate_with_key(handle, key, authority) })
	})
}

// Renew renews the lease now.
func (client *Client) Renew(ctx context.Context) error {
	handle := client.open()
	return wait(ctx, func() error { return call(func() C.int32_t { return C.lh_client_renew(handle) }) })
}

// Borrow asks a host for a lease that lasts for so long, to be used without a network; Release gives it back earlier. Where the lease that
// was given ends before, that is the error BorrowedLess.
func (client *Client) Borrow(ctx context.Context, length time.Duration) error {
	handle, seconds := client.open(), C.uint64_t(max(length, 0)/time.Second)
	return wait(ctx, func() error { return call(func() C.int32_t { return C.lh_client_borrow(handle, seconds) }) })
}

// Tick asks for a lease if it is time to; for programs with a loop of their own.
func (client *Client) Tick(ctx context.Context) error {
	handle := client.open()
	return wait(ctx, func() error { return call(func() C.int32_t { return C.lh_client_tick(handle) }) })
}

// Release gives the lease back.
func (client *Client) Release(ctx context.Context) error {
	handle := client.open()
	return wait(ctx, func() error { return call(func() C.int32_t { return C.lh_client_release(handle) }) })
}

// RequestForHost is the request for a host, to be carried there as a file.
func (client *Client) RequestForHost() ([]byte, error) {
	handle := client.open()
	return bytesOf(func(out **C.uint8_t, size *C.size_t) C.int32_t {
		return C.lh_client_request_for_host(handle, out, size)
	})
}

// RequestForVendor is the request of a machine with a multiple key, to be carried to the vendor.
func (client *Client) RequestForVendor(key string) ([]byte, error) {
	text, free, err := cString(key, "key")
	if err != nil {
		return nil, err
	}
	defer free()
	handle := client.open()
	return bytesOf(func(out **C.uint8_t, size *C.size_t) C.int32_t {
		return C.lh_client_request_for_vendor(handle, text, out, size)
	})
}

// Install stores the answer to a request that was carried.
func (client *Client) Install(answer []byte) error {
	handle := client.open()
	return call(func() C.int32_t { return C.lh_client_install(handle, start(answer), C.size_t(len(answer))) })
}

// EventKind is what happened in the background.
type EventKind int

const (
	// Attempt is an attempt to get a lease.
	Attempt EventKind = C.LH_EVENT_ATTEMPT
	// Changed is another standing, or other features, than before.
	Changed EventKind = C.LH_EVENT_CHANGED
)

// An Event is what happened in the background.
type Event struct {
	Kind EventKind
	// Code is that of an attempt that failed; else empty.
	Code     Code
	Message  string
	Standing Standing
}

// StartRenewing renews in the background from now on. changed may be nil; it is called on a thread of the library, and not any more
// once the client is closed.
func (client *Client) StartRenewing(changed func(Event)) error {
	client.mutex.Lock()
	defer client.mutex.Unlock()
	var context cgo.Handle
	wanted := C.int(0)
	if changed != nil {
		context, wanted = cgo.NewHandle(changed), 1
	}
	err := call(func() C.int32_t { return C.start_renewing(client.handle, C.uintptr_t(context), wanted) })
	if err != nil {
		forget(context)
		return err
	}
	client.renewal = context
	return nil
}

// StopRenewing renews in the background no more. The callback is not called again once this returns.
func (client *Client) StopRenewing() error {
	client.mutex.Lock()
	handle, renewal := client.handle, client.renewal
	client.renewal = 0
	client.mutex.Unlock()
	err := call(func() C.int32_t { return C.lh_client_stop_renewing(handle) })
	forget(renewal)
	return err
}

// SignInWay is which way a user signs in.
type SignInWay int

const (
	// WithCode is on any device, with a code.
	WithCode SignInWay = C.LH_SIGN_IN_CODE
	// WithBrowser is with a browser on this machine.
	WithBrowser SignInWay = C.LH_SIGN_IN_BROWSER
)

// A Prompt is what the user has to be shown.
type Prompt struct {
	Address string
	// Code is to be entered there; empty where a browser on this machine is to be opened.
	Code            string
	AddressWithCode string
	Time            time.Duration
}

// SignIn has the user sign in, and asks for a lease. It waits for the user until the context ends.
func (client *Client) SignIn(ctx context.Context, way SignInWay, show func(Prompt)) error {
	context := cgo.NewHandle(&signingIn{ctx: ctx, show: show})
	defer context.Delete()
	handle := client.open()
	err := call(func() C.int32_t { return C.sign_in(handle, C.int32_t(way), C.uintptr_t(context)) })
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// SignOut gives the user's lease back and forgets the tokens.
func (client *Client) SignOut(ctx context.Context) error {
	handle := client.open()
	return wait(ctx, func() error { return call(func() C.int32_t { return C.lh_client_sign_out(handle) }) })
}

// Devices are those on which the user holds leases, as JSON.
func (client *Client) Devices() (json.RawMessage, error) {
	handle := client.open()
	text, err := textOf(func(out **C.char) C.int32_t { return C.lh_client_devices(handle, out) })
	return json.RawMessage(text), err
}

// FreeDevice ends the user's leases on a device, and says whether there were any.
func (client *Client) FreeDevice(device string) (bool, error) {
	text, free, err := cString(device, "device")
	if err != nil {
		return false, err
	}
	defer free()
	var freed C.int32_t
	handle := client.open()
	err = call(func() C.int32_t { return C.lh_client_free_device(handle, text, &freed) })
	return freed == 1, err
}

func (client *Client) open() C.lh_client {
	client.mutex.Lock()
	defer client.mutex.Unlock()
	return client.handle
}

// given is the options as C takes them.
func (options Options) given() (*C.lh_options, func(), error) {
	size := C.size_t(unsafe.Sizeof(C.lh_options{}))
	given := (*C.lh_options)(C.calloc(1, size))
	given.size = size
	frees := []func(){func() { C.free(unsafe.Pointer(given)) }}
	free := func() {
		for _, free := range frees {
			free()
		}
	}
	if options.NoEnvironment {
		given.flags |= C.LH_NO_ENVIRONMENT
	}
	if options.NoDNS {
		given.flags |= C.LH_NO_DNS
	}
	given.connect_timeout_ms = C.uint32_t(options.ConnectTimeout.Milliseconds())
	for _, set := range []struct {
		name, value string
		to          **C.char
	}{
		{"State", options.State, &given.state},
		{"Hosts", strings.Join(options.Hosts, ","), &given.hosts},
		{"Root", options.Root, &given.root},
		{"CAFile", options.CAFile, &given.ca_file},
		{"Instance", options.Instance, &given.instance},
		{"HostName", options.HostName, &given.host_name},
		{"Directory", options.Directory, &given.directory},
		{"DirectoryUser", options.DirectoryUser, &given.directory_user},
		{"DirectoryPassword", options.DirectoryPassword, &given.directory_password},
		{"DirectoryBase", options.DirectoryBase, &given.directory_base},
		{"TestClock", options.TestClock, &given.test_clock},
	} {
		if set.value == "" && !(set.name == "HostName" && options.NoHostName) {
			continue
		}
		text, freeText, err := cString(set.value, set.name)
		if err != nil {
			free()
			return nil, nil, err
		}
		*set.to = text
		frees = append(frees, freeText)
	}
	return given, free, nil
}

func standingOf(given *C.lh_standing) Standing {
	standing := Standing{
		Kind:         StandingKind(given.standing),
		Actual:       StandingKind(given.actual),
		Until:        timeOf(given.until),
		RenewAt:      timeOf(given.renew_at),
		DaysLeft:     int64(given.days_left),
		Now:          timeOf(given.now),
		ClockSetBack: given.clock_set_back == 1,
	}
	if given.why != C.LH_OK {
		standing.Why = Code(C.GoString(C.lh_result_name(given.why)))
	}
	return standing
}

func timeOf(seconds C.int64_t) time.Time {
	if seconds == C.LH_NEVER {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}

// wait runs function until it ends or the context does.
func wait(ctx context.Context, function func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- function() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func cString(text, name string) (*C.char, func(), error) {
	if strings.ContainsRune(text, 0) {
		return nil, nil, zero(name)
	}
	given := C.CString(text)
	return given, func() { C.free(unsafe.Pointer(given)) }, nil
}

func zero(name string) error {
	return &Error{Code: InvalidArgument, Number: int(C.LH_INVALID_ARGUMENT), Message: name + " has a zero in it"}
}

func forget(handle cgo.Handle) {
	if handle != 0 {
		handle.Delete()
	}
}
