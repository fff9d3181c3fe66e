// Verifies a checkpoint on standard input as others do: the log's vkey, then witnesses'; prints the name of each that signed.
package main

import (
	"fmt"
	"io"
	"os"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		fail(err)
	}
	verifiers := []note.Verifier{}
	for number, vkey := range os.Args[1:] {
		var verifier note.Verifier
		if number == 0 {
			verifier, err = note.NewVerifier(vkey)
		} else {
			verifier, err = fnote.NewVerifierForCosignatureV1(vkey)
		}
		if err != nil {
			fail(err)
		}
		verifiers = append(verifiers, verifier)
	}
	opened, err := note.Open(text, note.VerifierList(verifiers...))
	if err != nil {
		fail(err)
	}
	for _, signature := range opened.Sigs {
		fmt.Println(signature.Name)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
