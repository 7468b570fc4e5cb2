package sqlstore_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/sqlstore"
)

func openFolder(t testing.TB, dir, tenant string) *sqlstore.Folder {
	folder, err := sqlstore.OpenFolder(dir, tenant)
	require.NoError(t, err)
	return folder
}

func TestFolderIsBlobs(t *testing.T) {
	emailtest.TestBlobs(t, emailtest.BlobsHarness{
		Open: func(t testing.TB) (one, other email.Blobs) {
			dir := t.TempDir()
			return openFolder(t, dir, ""), openFolder(t, dir, "")
		},
	})
}

// files are the names of all files below a folder, without the one that is locked.
func files(t *testing.T, dir string) (names []string) {
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && entry.Name() != "lock" {
			names = append(names, entry.Name())
			info, err := entry.Info()
			require.NoError(t, err)
			assert.Equal(t, fs.FileMode(0o600), info.Mode(), "nobody else reads it")
		}
		return err
	}))
	return names
}

func TestFolderOfTenants(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	red, blue := openFolder(t, dir, "red"), openFolder(t, dir, "../blue")
	assert.Equal(t, "../blue", blue.Tenant())
	blob, err := red.PutBlob(ctx, strings.NewReader("abc"))
	require.NoError(t, err)
	_, err = blue.OpenBlob(ctx, blob.ID)
	require.ErrorIs(t, err, email.ErrNotFound)
	require.NoError(t, blue.RemoveBlobs(ctx, []string{blob.ID}, time.Now().Add(time.Hour)))
	assert.Equal(t, []string{blob.ID}, files(t, dir))
	_, err = email.New(email.Config{Blobs: red, Tenant: "blue"})
	require.ErrorContains(t, err, "Folder of Config serves another tenant")
}

// A broken upload leaves nothing, one of a process that died goes a day later.
func TestFolderLeavesNothing(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	folder := openFolder(t, dir, "")
	broken := errors.New("the line is dead")
	_, err := folder.PutBlob(ctx, io.MultiReader(octets(3*chunk+5), iotest.ErrReader(broken)))
	require.ErrorIs(t, err, broken)
	assert.Empty(t, files(t, dir))

	uploads, err := filepath.Glob(filepath.Join(dir, "*", "uploads"))
	require.NoError(t, err)
	require.Len(t, uploads, 1)
	for name, age := range map[string]time.Duration{"crashed": 25 * time.Hour, "under way": 23 * time.Hour} {
		path := filepath.Join(uploads[0], name)
		require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
		require.NoError(t, os.Chtimes(path, time.Now(), time.Now().Add(-age)))
	}
	openFolder(t, dir, "")
	assert.Equal(t, []string{"under way"}, files(t, dir))
}

// A content is put again while others remove what is older: what was put since is never removed.
func TestFolderPutAgainWhileRemoved(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	folder, other := openFolder(t, dir, ""), openFolder(t, dir, "")
	for range 200 {
		since := time.Now()
		var removing sync.WaitGroup
		done := make(chan struct{})
		for range 2 {
			removing.Go(func() {
				for {
					assert.NoError(t, other.RemoveBlobs(ctx, []string{blobID("abc")}, since))
					select {
					case <-done:
						return
					default:
					}
				}
			})
		}
		blob, err := folder.PutBlob(ctx, strings.NewReader("abc"))
		close(done)
		removing.Wait()
		require.NoError(t, err)
		r, err := other.OpenBlob(ctx, blob.ID)
		require.NoError(t, err)
		require.NoError(t, r.Close())
	}
	assert.Len(t, files(t, dir), 1)
}

// What does not belong there, and names that lead elsewhere, are neither listed, opened nor removed.
func TestFolderOfOtherThings(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	folder := openFolder(t, dir, "")
	blob, err := folder.PutBlob(ctx, strings.NewReader("abc"))
	require.NoError(t, err)
	shards, err := filepath.Glob(filepath.Join(dir, "*", blob.ID[:2]))
	require.NoError(t, err)
	for _, name := range []string{"README", strings.ToUpper(blob.ID), blob.ID + ".bak"} {
		require.NoError(t, os.WriteFile(filepath.Join(shards[0], name), []byte("x"), 0o600))
		_, err := folder.OpenBlob(ctx, name)
		require.ErrorIs(t, err, email.ErrNotFound)
	}
	for _, name := range []string{"../lock", "..", "", strings.Repeat("/", 64), blob.ID[:2] + "/../../" + strings.Repeat("a", 56)} {
		_, err := folder.OpenBlob(ctx, name)
		require.ErrorIs(t, err, email.ErrNotFound, name)
		require.NoError(t, folder.RemoveBlobs(ctx, []string{name}, time.Now().Add(time.Hour)))
	}
	ids, err := folder.ListBlobs(ctx, time.Now().Add(time.Hour), "", 10)
	require.NoError(t, err)
	assert.Equal(t, []string{blob.ID}, ids)
	assert.Len(t, files(t, dir), 4)
}

func TestFolderThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := sqlstore.OpenFolder(file, "")
	require.ErrorContains(t, err, "sqlstore: open folder")
}
