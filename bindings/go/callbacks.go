package leasehold

// #include "leasehold.h"
import "C"

import (
	"context"
	"runtime/cgo"
	"time"
	"unsafe"
)

type signingIn struct {
	ctx  context.Context
	show func(Prompt)
}

//export leaseholdEvent
func leaseholdEvent(context unsafe.Pointer, event *C.lh_event) {
	changed := cgo.Handle(uintptr(context)).Value().(func(Event))
	told := Event{
		Kind:     EventKind(event.kind),
		Message:  C.GoString(event.message),
		Standing: standingOf(&event.standing),
	}
	if event.result != C.LH_OK {
		told.Code = Code(C.GoString(C.lh_result_name(event.result)))
	}
	changed(told)
}

//export leaseholdPrompt
func leaseholdPrompt(context unsafe.Pointer, prompt *C.lh_sign_in_prompt) C.int32_t {
	signing := cgo.Handle(uintptr(context)).Value().(*signingIn)
	if prompt != nil {
		text := func(given *C.char) string {
			if given == nil {
				return ""
			}
			return C.GoString(given)
		}
		signing.show(Prompt{
			Address:         text(prompt.address),
			Code:            text(prompt.code),
			AddressWithCode: text(prompt.address_with_code),
			Time:            time.Duration(prompt.seconds) * time.Second,
		})
	}
	if signing.ctx.Err() != nil {
		return 1
	}
	return 0
}
