// Command main checks an exported log with code that shares nothing with Connect: Go's own sumdb/note and sumdb/tlog.
//
//	main FOLDER VKEY [OLD-CHECKPOINT …]
//
// The checkpoint must be signed by the key; every entry must hash to its leaf; every tile must be the one that follows
// from the entries; the root must be the checkpoint's; every older checkpoint must be signed too, and a consistency
// proof made from the tiles must lead from it to the newest. Formats: C2SP signed-note, tlog-checkpoint, tlog-tiles.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8 // of a tile: 256 hashes

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("usage: main FOLDER VKEY [OLD-CHECKPOINT …]")
	}
	folder, old := os.Args[1], os.Args[3:]
	verifier, err := note.NewVerifier(os.Args[2])
	check(err)
	tree := readCheckpoint(filepath.Join(folder, "checkpoint"), verifier)
	hashes := hashEntries(folder, tree.N)
	root, err := tlog.TreeHash(tree.N, hashes)
	check(err)
	if root != tree.Hash {
		log.Fatalf("root: the entries give %v, the checkpoint says %v", root, tree.Hash)
	}
	tiles := checkTiles(folder, tree.N, hashes)
	for _, path := range old {
		checkConsistency(folder, tree, readCheckpoint(path, verifier))
	}
	fmt.Printf("%d entries, %d tiles, %d older checkpoints\n", tree.N, tiles, len(old))
}

// readCheckpoint opens a signed note of three lines: the log's name, the tree's size, its root.
func readCheckpoint(path string, verifier note.Verifier) tlog.Tree {
	data, err := os.ReadFile(path)
	check(err)
	opened, err := note.Open(data, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		log.Fatalf("%s: not a checkpoint of %s", path, verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	if len(root) != tlog.HashSize {
		log.Fatalf("%s: a root of %d bytes", path, len(root))
	}
	return tlog.Tree{N: size, Hash: tlog.Hash(*(*[tlog.HashSize]byte)(root))}
}

// hashEntries reads every bundle and returns all hashes of the tree over its entries.
func hashEntries(folder string, size int64) storage {
	var hashes storage
	for index := int64(0); index*256 < size; index++ {
		bundle := readBundle(folder, index, size)
		for n := index * 256; len(bundle) > 0; n++ {
			length := int(binary.BigEndian.Uint16(bundle))
			stored, err := tlog.StoredHashes(n, bundle[2:2+length], hashes)
			check(err)
			hashes, bundle = append(hashes, stored...), bundle[2+length:]
		}
	}
	return hashes
}

func readBundle(folder string, index, size int64) []byte {
	tile := tlog.Tile{H: height, L: -1, N: index, W: 256}
	if width := size - index*256; width < 256 {
		tile.W = int(width)
	}
	return readFile(folder, tile)
}

// checkTiles compares each tile of the folder with the one that follows from the entries.
func checkTiles(folder string, size int64, hashes storage) int {
	count := 0
	for _, tile := range tlog.NewTiles(height, 0, size) {
		if width := size >> (height * tile.L) % 256; tile.W < 256 && int64(tile.W) != width {
			continue // a partial tile of a smaller tree; C2SP asks only for those of published checkpoints
		}
		count++
		computed, err := tlog.ReadTileData(tile, hashes)
		check(err)
		if !bytes.Equal(computed, readFile(folder, tile)) {
			log.Fatalf("%s: not the tile that follows from the entries", path(tile))
		}
	}
	return count
}

// checkConsistency proves, by the tiles alone, that the old tree is the beginning of the new one.
func checkConsistency(folder string, tree, old tlog.Tree) {
	proof, err := tlog.ProveTree(tree.N, old.N, tlog.TileHashReader(tree, reader(folder)))
	check(err)
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
		log.Fatalf("consistency of %d with %d: %v", old.N, tree.N, err)
	}
}

// storage holds all hashes of a tree in tlog's own order.
type storage []tlog.Hash

func (s storage) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(s)) {
			return nil, fmt.Errorf("hash %d is not there yet", index)
		}
		found[i] = s[index]
	}
	return found, nil
}

// reader hands the folder's tiles to tlog, which authenticates them against the root.
type reader string

func (r reader) Height() int { return height }

func (r reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		data[i] = readFile(string(r), tile)
	}
	return data, nil
}

func (r reader) SaveTiles([]tlog.Tile, [][]byte) {}

func readFile(folder string, tile tlog.Tile) []byte {
	data, err := os.ReadFile(filepath.Join(folder, path(tile)))
	check(err)
	return data
}

// path is tlog's own but for two things: C2SP names no height, and says "entries" for "data".
func path(tile tlog.Tile) string {
	return strings.Replace(strings.Replace(tile.Path(), "tile/8/", "tile/", 1), "tile/data/", "tile/entries/", 1)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
