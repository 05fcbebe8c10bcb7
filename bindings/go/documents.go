package leasehold

// #include "leasehold.h"
import "C"

import (
	"encoding/json"
	"time"
)

// A ProductKey is a product key that is right.
type ProductKey struct {
	Key string `json:"key"`
	// Kind is generic, host or multiple.
	Kind   string `json:"kind"`
	Number uint32 `json:"number"`
}

// ReadKey reads a product key as a user types it. The hint of the error has the key that was meant, where only one can be.
func ReadKey(typed string) (ProductKey, error) {
	text, free, err := cString(typed, "typed")
	if err != nil {
		return ProductKey{}, err
	}
	defer free()
	given, err := textOf(func(out **C.char) C.int32_t { return C.lh_read_key(text, out) })
	if err != nil {
		return ProductKey{}, err
	}
	var key ProductKey
	return key, json.Unmarshal([]byte(given), &key)
}

// A Document is a document that leads up to a root key. Times are seconds since 1970.
type Document struct {
	Type    string  `json:"type"`
	Signer  string  `json:"signer"`
	Issued  *uint64 `json:"issued"`
	Expires *uint64 `json:"expires"`
}

// Verify verifies a document below a root key (64 hexadecimal digits) at a time. revocations may be nil.
func Verify(document []byte, root string, at time.Time, revocations []byte) (Document, error) {
	text, free, err := cString(root, "root")
	if err != nil {
		return Document{}, err
	}
	defer free()
	given, err := textOf(func(out **C.char) C.int32_t {
		size, listed := C.size_t(len(document)), C.size_t(len(revocations))
		return C.lh_verify(start(document), size, text, C.uint64_t(at.Unix()), start(revocations), listed, out)
	})
	if err != nil {
		return Document{}, err
	}
	var verified Document
	return verified, json.Unmarshal([]byte(given), &verified)
}
