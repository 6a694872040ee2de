package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/cometbft/cometbft/crypto/merkle"
	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"
	ics23 "github.com/cosmos/ics23/go"
)

// The two steps of a store's proof, which CometBFT's light client does not know by itself.
const (
	iavlType   = "ics23:iavl"
	simpleType = "ics23:simple"
)

var storePath = regexp.MustCompile(`^/store/([^/]+)/key$`)

// keyPath says under which keys a query's value stands: the store, then the key.
func keyPath(path string, key []byte) (merkle.KeyPath, error) {
	match := storePath.FindStringSubmatch(path)
	if match == nil {
		return nil, fmt.Errorf("no store in %s", path)
	}
	var keys merkle.KeyPath
	return keys.AppendKey([]byte(match[1]), merkle.KeyEncodingURL).AppendKey(key, merkle.KeyEncodingHex), nil
}

func keyBytes(text string) ([]byte, error) {
	if rest, isHex := strings.CutPrefix(text, "0x"); isHex {
		return hex.DecodeString(rest)
	}
	return []byte(text), nil
}

// step is one ICS-23 proof as CometBFT's proof runtime wants it.
type step struct {
	kind  string
	key   []byte
	spec  *ics23.ProofSpec
	proof *ics23.CommitmentProof
}

func decodeOp(op cmtcrypto.ProofOp) (merkle.ProofOperator, error) {
	specs := map[string]*ics23.ProofSpec{iavlType: ics23.IavlSpec, simpleType: ics23.TendermintSpec}
	proof := &ics23.CommitmentProof{}
	if err := proof.Unmarshal(op.Data); err != nil {
		return nil, err
	}
	return step{op.Type, op.Key, specs[op.Type], proof}, nil
}

// Run answers the root that the step leads to, from a value or, without arguments, from its absence.
func (s step) Run(values [][]byte) ([][]byte, error) {
	root, err := s.proof.Calculate()
	if err != nil {
		return nil, err
	}
	switch len(values) {
	case 0:
		if !ics23.VerifyNonMembership(s.spec, root, s.proof, s.key) {
			return nil, fmt.Errorf("the absence of %X is not proven", s.key)
		}
	case 1:
		if !ics23.VerifyMembership(s.spec, root, s.proof, s.key, values[0]) {
			return nil, fmt.Errorf("the value of %X is not proven", s.key)
		}
	default:
		return nil, errors.New("one value at most")
	}
	return [][]byte{root}, nil
}

func (s step) GetKey() []byte { return s.key }

func (s step) ProofOp() cmtcrypto.ProofOp {
	var data bytes.Buffer
	if encoded, err := s.proof.Marshal(); err == nil {
		data.Write(encoded)
	}
	return cmtcrypto.ProofOp{Type: s.kind, Key: s.key, Data: data.Bytes()}
}
