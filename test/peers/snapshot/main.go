// Makes and restores state-sync snapshots with the public store of the Cosmos SDK, for comparison with our own.
//
//	go run . make > vector.json          the writes of a few versions, the app hash, and the snapshot of the last one
//	go run . restore HEIGHT CHUNK...     the app hash of the state that the chunk files hold
//
// Stores: acc, bank, empty, market. See README.md.
package main

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"

	"cosmossdk.io/log"
	"cosmossdk.io/store/metrics"
	"cosmossdk.io/store/rootmulti"
	"cosmossdk.io/store/snapshots"
	snapshottypes "cosmossdk.io/store/snapshots/types"
	"cosmossdk.io/store/types"
	dbm "github.com/cosmos/cosmos-db"
)

var names = []string{"acc", "bank", "empty", "market"}

const versions = 12

// write is one change; a missing value removes the key.
type write struct {
	Store string  `json:"store"`
	Key   string  `json:"key"`
	Value *string `json:"value,omitempty"`
}

type vector struct {
	Stores   []string  `json:"stores"`
	Versions [][]write `json:"versions"`
	AppHash  string    `json:"appHash"`
	Chunks   []string  `json:"chunks"`
	Stream   string    `json:"stream"`
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func open() (*rootmulti.Store, map[string]types.StoreKey) {
	store := rootmulti.NewStore(dbm.NewMemDB(), log.NewNopLogger(), metrics.NewNoOpMetrics())
	keys := map[string]types.StoreKey{}
	for _, name := range names {
		keys[name] = types.NewKVStoreKey(name)
		store.MountStoreWithDB(keys[name], types.StoreTypeIAVL, nil)
	}
	check(store.LoadLatestVersion())
	return store, keys
}

// next is a small generator of numbers (xorshift), so that the vector is the same on every machine.
func next(state *uint32) uint32 {
	x := *state
	x ^= x << 13
	x ^= x >> 17
	x ^= x << 5
	*state = x
	return x
}

func writesOf(state *uint32) []write {
	var writes []write
	for _, name := range []string{"acc", "bank", "market"} {
		changed := map[string]*string{}
		for count := next(state) % 24; count > 0; count-- {
			key := hex.EncodeToString([]byte{byte(next(state) % 8), byte(next(state) % 16)})
			if next(state)%4 == 0 {
				changed[key] = nil
				continue
			}
			// Some values are empty, a few take more than one byte of length.
			value := hex.EncodeToString(bytes.Repeat([]byte{byte(next(state))}, int(next(state)%5*next(state)%200)))
			changed[key] = &value
		}
		keys := make([]string, 0, len(changed))
		for key := range changed {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		for _, key := range keys {
			writes = append(writes, write{name, key, changed[key]})
		}
	}
	return writes
}

func apply(store *rootmulti.Store, keys map[string]types.StoreKey, writes []write) {
	for _, each := range writes {
		key, err := hex.DecodeString(each.Key)
		check(err)
		target := store.GetCommitKVStore(keys[each.Store])
		if each.Value == nil {
			target.Delete(key)
			continue
		}
		value, err := hex.DecodeString(*each.Value)
		check(err)
		target.Set(key, value)
	}
	store.Commit()
}

func makeVector() {
	store, keys := open()
	made := vector{Stores: names}
	state := uint32(20261121)
	for version := 1; version <= versions; version++ {
		writes := writesOf(&state)
		apply(store, keys, writes)
		made.Versions = append(made.Versions, writes)
	}
	made.AppHash = hex.EncodeToString(store.LastCommitID().Hash)
	chunks := make(chan io.ReadCloser)
	go func() {
		writer := snapshots.NewStreamWriter(chunks)
		err := store.Snapshot(versions, writer)
		if err != nil {
			writer.CloseWithError(err)
			return
		}
		check(writer.Close())
	}()
	var whole bytes.Buffer
	for chunk := range chunks {
		content, err := io.ReadAll(chunk)
		check(err)
		whole.Write(content)
		made.Chunks = append(made.Chunks, hex.EncodeToString(content))
	}
	plain, err := zlib.NewReader(&whole)
	check(err)
	stream, err := io.ReadAll(plain)
	check(err)
	made.Stream = hex.EncodeToString(stream)
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", " ")
	check(encoder.Encode(made))
}

// restore mounts whatever stores the chunks name, since a snapshot of a node has more than ours above.
func restore(height uint64, paths []string) {
	store := rootmulti.NewStore(dbm.NewMemDB(), log.NewNopLogger(), metrics.NewNoOpMetrics())
	for _, name := range namesIn(paths) {
		store.MountStoreWithDB(types.NewKVStoreKey(name), types.StoreTypeIAVL, nil)
	}
	check(store.LoadLatestVersion())
	reader, err := snapshots.NewStreamReader(feed(paths))
	check(err)
	_, err = store.Restore(height, snapshottypes.CurrentFormat, reader)
	check(err)
	check(store.LoadLatestVersion())
	fmt.Println(store.LastCommitID().Version, hex.EncodeToString(store.LastCommitID().Hash))
}

func feed(paths []string) <-chan io.ReadCloser {
	chunks := make(chan io.ReadCloser, len(paths))
	for _, path := range paths {
		content, err := os.ReadFile(path)
		check(err)
		chunks <- io.NopCloser(bytes.NewReader(content))
	}
	close(chunks)
	return chunks
}

func namesIn(paths []string) []string {
	reader, err := snapshots.NewStreamReader(feed(paths))
	check(err)
	var found []string
	for {
		var item snapshottypes.SnapshotItem
		err := reader.ReadMsg(&item)
		if err == io.EOF {
			return found
		}
		check(err)
		if begin := item.GetStore(); begin != nil {
			found = append(found, begin.Name)
		}
	}
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "make" {
		makeVector()
		return
	}
	if len(os.Args) > 3 && os.Args[1] == "restore" {
		height, err := strconv.ParseUint(os.Args[2], 10, 64)
		check(err)
		restore(height, os.Args[3:])
		return
	}
	fmt.Fprintln(os.Stderr, "usage: make | restore HEIGHT CHUNK...")
	os.Exit(2)
}
