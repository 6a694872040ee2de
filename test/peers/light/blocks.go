package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	"github.com/cometbft/cometbft/types"
)

// printBlocks makes blocks with every kind of evidence around a recorded light block, and prints each as its bytes and as
// the JSON that a node's `block` answers.
func printBlocks(o *out, file string) {
	source, err := os.Open(file)
	if err != nil {
		o.say("blocks", err, nil)
		return
	}
	defer source.Close()
	lines := bufio.NewScanner(source)
	lines.Buffer(nil, 1<<24)
	var recorded *types.LightBlock
	for lines.Scan() {
		if recorded, err = decodeBlock(lines.Text()); err != nil {
			o.say("blocks", err, nil)
			return
		}
	}
	if recorded == nil {
		o.say("blocks", fmt.Errorf("%s holds no block", file), nil)
		return
	}
	when := recorded.Time.Add(time.Minute)
	signer := types.NewMockPVWithParams(ed25519.GenPrivKeyFromSecret([]byte("twice")), false, false)
	duplicate, err := types.NewMockDuplicateVoteEvidenceWithValidator(recorded.Height, when, signer, recorded.ChainID)
	if err != nil {
		o.say("blocks", err, nil)
		return
	}
	attack := &types.LightClientAttackEvidence{
		ConflictingBlock:    recorded,
		CommonHeight:        2,
		ByzantineValidators: recorded.ValidatorSet.Validators[:1],
		TotalVotingPower:    recorded.ValidatorSet.TotalVotingPower(),
		Timestamp:           when,
	}
	for _, evidence := range []types.EvidenceList{{}, {duplicate}, {attack}, {duplicate, attack}} {
		if err := printBlock(recorded, evidence); err != nil {
			o.say("blocks", err, nil)
		}
	}
}

func printBlock(recorded *types.LightBlock, evidence types.EvidenceList) error {
	txs := []types.Tx{[]byte("one=1"), []byte("two=2")}
	block := types.MakeBlock(recorded.Height+1, txs, recorded.Commit, evidence)
	hashes := block.Header
	block.Header = *recorded.Header
	block.Height = recorded.Height + 1
	block.LastBlockID = recorded.Commit.BlockID
	block.LastCommitHash, block.DataHash, block.EvidenceHash = hashes.LastCommitHash, hashes.DataHash, hashes.EvidenceHash
	parts, err := block.MakePartSet(types.BlockPartSizeBytes)
	if err != nil {
		return err
	}
	id := types.BlockID{Hash: block.Hash(), PartSetHeader: parts.Header()}
	answer, err := cmtjson.Marshal(coretypes.ResultBlock{BlockID: id, Block: block})
	if err != nil {
		return err
	}
	message, err := block.ToProto()
	if err != nil {
		return err
	}
	encoded, err := message.Marshal()
	if err != nil {
		return err
	}
	text, err := json.Marshal(line{"bytes": base64.StdEncoding.EncodeToString(encoded), "result": json.RawMessage(answer)})
	fmt.Println(string(text))
	return err
}
