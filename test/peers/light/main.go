// A peer for tests: CometBFT's own light client against a node's RPC. It trusts one header, follows the chain over
// skipped heights, one by one and backwards, asks for proven values through CometBFT's light RPC client, and holds a
// lying provider against it. Each step prints one JSON line; the exit status is 1 when any step went wrong.
//
//	light -node http://127.0.0.1:26657 -store kv -key k50 -absent nope
//	light -vectors FILE
//	light -blocks FILE
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	dbm "github.com/cometbft/cometbft-db"
	"github.com/cometbft/cometbft/crypto/merkle"
	cmtmath "github.com/cometbft/cometbft/libs/math"
	"github.com/cometbft/cometbft/light"
	"github.com/cometbft/cometbft/light/provider"
	httpprovider "github.com/cometbft/cometbft/light/provider/http"
	lightrpc "github.com/cometbft/cometbft/light/rpc"
	"github.com/cometbft/cometbft/light/store"
	dbs "github.com/cometbft/cometbft/light/store/db"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	"github.com/cometbft/cometbft/types"
)

const period = 24 * time.Hour

type line map[string]any

// out prints a step and remembers whether any failed.
type out struct{ failed bool }

func (o *out) say(step string, err error, facts line) {
	if facts == nil {
		facts = line{}
	}
	facts["step"] = step
	facts["ok"] = err == nil
	if err != nil {
		facts["error"] = err.Error()
		o.failed = true
	}
	text, _ := json.Marshal(facts)
	fmt.Println(string(text))
}

// refused is for steps that must fail.
func refused(err error) error {
	if err == nil {
		return errors.New("accepted what must be refused")
	}
	return nil
}

func main() {
	node := flag.String("node", "", "RPC address of the node")
	storeName := flag.String("store", "kv", "store of the value")
	trusted := flag.Int64("trust", 2, "height that is trusted as the node tells it")
	key := flag.String("key", "", "a key that is there; 0x for hex")
	absent := flag.String("absent", "", "a key that is not there; 0x for hex")
	record := flag.String("record", "", "writes light blocks, one base64 line each, for -vectors")
	vectors := flag.String("vectors", "", "reads such a file and judges each pair of blocks")
	around := flag.String("blocks", "", "reads such a file and prints blocks with evidence, as bytes and as JSON")
	flag.Parse()
	o := &out{}
	if *vectors != "" {
		judge(o, *vectors)
	} else if *around != "" {
		printBlocks(o, *around)
	} else {
		run(o, *node, *trusted, *storeName, *key, *absent, *record)
	}
	if o.failed {
		os.Exit(1)
	}
}

func newStore(chain string) store.Store { return dbs.New(dbm.NewMemDB(), chain) }

func run(o *out, node string, trusted int64, storeName, key, absent, record string) {
	ctx := context.Background()
	rpc, err := rpchttp.New(node, "/websocket")
	if err != nil {
		o.say("connect", err, nil)
		return
	}
	status, err := rpc.Status(ctx)
	if err != nil {
		o.say("status", err, nil)
		return
	}
	chain := status.NodeInfo.Network
	far := status.SyncInfo.LatestBlockHeight - 1
	o.say("status", nil, line{"chain": chain, "version": status.NodeInfo.Version, "latest": far + 1})

	primary, err := httpprovider.New(chain, node)
	if err != nil {
		o.say("provider", err, nil)
		return
	}
	anchor, err := primary.LightBlock(ctx, trusted)
	if err != nil {
		o.say("trust", err, nil)
		return
	}
	trust := light.TrustOptions{Period: period, Height: trusted, Hash: anchor.Hash()}
	o.say("trust", nil, line{"height": trusted, "hash": anchor.Hash().String()})
	witnesses := []provider.Provider{primary}

	skip := follow(o, "skip", ctx, chain, trust, primary, witnesses, far, light.SkippingVerification(light.DefaultTrustLevel))
	follow(o, "skip at 99/100", ctx, chain, trust, primary, witnesses, min(far, trusted+60),
		light.SkippingVerification(cmtmath.Fraction{Numerator: 99, Denominator: 100}))
	follow(o, "sequence", ctx, chain, trust, primary, witnesses, min(far, trusted+60), light.SequentialVerification())
	backwards(o, ctx, chain, primary, witnesses, far)
	lies(o, ctx, chain, trust, primary, far)
	if record != "" {
		o.say("record", recordBlocks(ctx, primary, record, far), line{"file": record})
	}
	if skip != nil && key != "" {
		proofs(o, ctx, rpc, skip, storeName, key, absent, far-1)
		answers(o, ctx, rpc, skip, far)
	}
}

// counter counts the blocks that a client asks for.
type counter struct {
	provider.Provider
	fetched int
}

func (c *counter) LightBlock(ctx context.Context, height int64) (*types.LightBlock, error) {
	c.fetched++
	return c.Provider.LightBlock(ctx, height)
}

func follow(o *out, name string, ctx context.Context, chain string, trust light.TrustOptions, primary provider.Provider,
	witnesses []provider.Provider, height int64, option light.Option) *light.Client {
	counted := &counter{Provider: primary}
	client, err := light.NewClient(ctx, chain, trust, counted, witnesses, newStore(chain), option)
	if err != nil {
		o.say(name, err, nil)
		return nil
	}
	block, err := client.VerifyLightBlockAtHeight(ctx, height, time.Now())
	if err != nil {
		o.say(name, err, line{"height": height})
		return nil
	}
	o.say(name, nil, line{"height": height, "hash": block.Hash().String(), "validators": block.ValidatorSet.Size(), "fetched": counted.fetched})
	return client
}

func backwards(o *out, ctx context.Context, chain string, primary provider.Provider, witnesses []provider.Provider, far int64) {
	anchor, err := primary.LightBlock(ctx, far)
	if err != nil {
		o.say("backwards", err, nil)
		return
	}
	trust := light.TrustOptions{Period: period, Height: far, Hash: anchor.Hash()}
	follow(o, "backwards", ctx, chain, trust, primary, witnesses, max(1, far-40), light.SkippingVerification(light.DefaultTrustLevel))
}

// liar answers another header at one height.
type liar struct {
	provider.Provider
	height int64
	change func(*types.LightBlock)
}

func (l liar) LightBlock(ctx context.Context, height int64) (*types.LightBlock, error) {
	block, err := l.Provider.LightBlock(ctx, height)
	if err != nil || block.Height != l.height {
		return block, err
	}
	message, err := block.ToProto()
	if err != nil {
		return nil, err
	}
	copied, err := types.LightBlockFromProto(message)
	if err != nil {
		return nil, err
	}
	l.change(copied)
	return copied, nil
}

func lies(o *out, ctx context.Context, chain string, trust light.TrustOptions, primary provider.Provider, far int64) {
	changes := map[string]func(*types.LightBlock){
		"another state": func(b *types.LightBlock) { b.AppHash = bytes.Repeat([]byte{7}, 32) },
		"another state, signed again by nobody": func(b *types.LightBlock) {
			b.AppHash = bytes.Repeat([]byte{7}, 32)
			b.Commit.BlockID.Hash = b.Header.Hash()
		},
		"another signature": func(b *types.LightBlock) {
			for i := range b.Commit.Signatures {
				if len(b.Commit.Signatures[i].Signature) > 0 {
					b.Commit.Signatures[i].Signature[0] ^= 1
				}
			}
		},
		"more power": func(b *types.LightBlock) { b.ValidatorSet.Validators[0].VotingPower++ },
	}
	for name, change := range changes {
		client, err := light.NewClient(ctx, chain, trust, liar{primary, far, change}, []provider.Provider{primary}, newStore(chain))
		if err == nil {
			_, err = client.VerifyLightBlockAtHeight(ctx, far, time.Now())
		}
		o.say("lie: "+name, refused(err), line{"refusal": fmt.Sprint(err)})
	}
}

func proofs(o *out, ctx context.Context, rpc *rpchttp.HTTP, client *light.Client, storeName, key, absent string, height int64) {
	proven := lightrpc.NewClient(rpc, client, lightrpc.KeyPathFn(keyPath), func(c *lightrpc.Client) {
		c.RegisterOpDecoder(iavlType, decodeOp)
		c.RegisterOpDecoder(simpleType, decodeOp)
	})
	path := "/store/" + storeName + "/key"
	options := rpcclient.ABCIQueryOptions{Height: height, Prove: true}
	data, err := keyBytes(key)
	if err != nil {
		o.say("value", err, nil)
		return
	}
	answer, err := proven.ABCIQueryWithOptions(ctx, path, data, options)
	facts := line{"key": key, "height": height}
	if err == nil {
		facts["value"] = base64.StdEncoding.EncodeToString(answer.Response.Value)
	}
	o.say("value", err, facts)
	o.say("absence", verifyAbsence(ctx, rpc, client, path, absent, options), line{"key": absent, "height": height})
}

// verifyAbsence does what CometBFT's light RPC client does for values: for absences it takes the bare key for a path of
// keys, so that no store of stores can answer it.
func verifyAbsence(ctx context.Context, rpc *rpchttp.HTTP, client *light.Client, path, key string, options rpcclient.ABCIQueryOptions) error {
	data, err := keyBytes(key)
	if err != nil {
		return err
	}
	answer, err := rpc.ABCIQueryWithOptions(ctx, path, data, options)
	if err != nil {
		return err
	}
	next, err := client.VerifyLightBlockAtHeight(ctx, answer.Response.Height+1, time.Now())
	if err != nil {
		return err
	}
	keys, err := keyPath(path, data)
	if err != nil {
		return err
	}
	runtime := merkle.NewProofRuntime()
	runtime.RegisterOpDecoder(iavlType, decodeOp)
	runtime.RegisterOpDecoder(simpleType, decodeOp)
	return runtime.VerifyAbsence(answer.Response.ProofOps, next.AppHash, keys.String())
}

// answers asks what CometBFT's light RPC client verifies of blocks, results and transactions.
func answers(o *out, ctx context.Context, rpc *rpchttp.HTTP, client *light.Client, far int64) {
	proven := lightrpc.NewClient(rpc, client, lightrpc.KeyPathFn(keyPath))
	height := max(2, far/2)
	block, err := proven.Block(ctx, &height)
	o.say("block", err, line{"height": height})
	_, err = proven.Commit(ctx, &height)
	o.say("commit", err, line{"height": height})
	_, err = proven.BlockResults(ctx, &height)
	o.say("block_results", err, line{"height": height})
	_, err = proven.Validators(ctx, &height, nil, nil)
	o.say("validators", err, line{"height": height})
	_, err = proven.ConsensusParams(ctx, &height)
	o.say("consensus_params", err, line{"height": height})
	if block == nil {
		return
	}
	_, err = proven.BlockByHash(ctx, block.BlockID.Hash)
	o.say("block_by_hash", err, line{"height": height})
	_, err = proven.HeaderByHash(ctx, block.BlockID.Hash)
	o.say("header_by_hash", err, line{"height": height})
	for _, tx := range block.Block.Txs {
		_, err = proven.Tx(ctx, tx.Hash(), true)
		o.say("tx", err, line{"height": height, "hash": fmt.Sprintf("%X", tx.Hash())})
	}
}

// recordBlocks writes light blocks at growing distances.
func recordBlocks(ctx context.Context, primary provider.Provider, file string, far int64) error {
	sink, err := os.Create(file)
	if err != nil {
		return err
	}
	defer sink.Close()
	for height := int64(2); height <= far; height += 1 + height/3 {
		block, err := primary.LightBlock(ctx, height)
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
		fmt.Fprintln(sink, base64.StdEncoding.EncodeToString(encoded))
	}
	return nil
}

// judge verifies each recorded block by each earlier one, at the time of the later block.
func judge(o *out, file string) {
	source, err := os.Open(file)
	if err != nil {
		o.say("vectors", err, nil)
		return
	}
	defer source.Close()
	var blocks []*types.LightBlock
	lines := bufio.NewScanner(source)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		block, err := decodeBlock(lines.Text())
		if err != nil {
			o.say("vectors", err, nil)
			return
		}
		blocks = append(blocks, block)
	}
	levels := []cmtmath.Fraction{light.DefaultTrustLevel, {Numerator: 99, Denominator: 100}}
	for i, later := range blocks {
		for _, earlier := range blocks[:i] {
			for _, level := range levels {
				err := light.Verify(earlier.SignedHeader, earlier.ValidatorSet, later.SignedHeader, later.ValidatorSet,
					period, later.Time.Add(time.Second), 10*time.Second, level)
				printVerdict(earlier.Height, later.Height, level, err)
			}
		}
	}
}

// printVerdict is no step that can fail: what is refused is as telling as what is accepted.
func printVerdict(from, to int64, level cmtmath.Fraction, err error) {
	verdict := line{"from": from, "to": to, "level": level.String(), "error": nil}
	if err != nil {
		verdict["error"] = err.Error()
	}
	text, _ := json.Marshal(verdict)
	fmt.Println(string(text))
}

func decodeBlock(text string) (*types.LightBlock, error) {
	encoded, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	var message cmtproto.LightBlock
	if err := message.Unmarshal(encoded); err != nil {
		return nil, err
	}
	return types.LightBlockFromProto(&message)
}
