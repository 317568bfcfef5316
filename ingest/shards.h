/* Paths → the list of shards to read: walks directories, finds loops and doubles, names each shard. */
#ifndef SIFT_INGEST_SHARDS_H
#define SIFT_INGEST_SHARDS_H

#include <stdbool.h>

#include "engine/fleet.h"
#include "ingest/layout.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sift_shard {
  const char *path; /* to open; "-" is standard input */
  uint32_t name;    /* where in `path` its name begins: see sift_shards_add() */
  uint64_t size;    /* on disk, 0 where unknown */
  uint64_t device, inode;
};

struct sift_shards {
  struct sift_shard *items;
  size_t count, capacity;
  uint64_t bytes; /* on disk, together; set by sift_shards_sort() */
  struct sift_arena paths;
};

void sift_shards_init(struct sift_shards *shards);
void sift_shards_release(struct sift_shards *shards);

/* Adds a file, or all files below a directory, links followed. What cannot be read, is no file or leads back to itself is
 * counted in `fleet`. A shard's name, by which states and events call it, is the part of its path that `layout` takes, or
 * what follows the directory given, or the last component: whichever is longest. So it does not depend on where the
 * fleet stands, nor on whether a shard is given itself or by its directory. SIFT_ENOMEM only. */
enum sift_status sift_shards_add(struct sift_shards *shards, const char *path, const struct sift_layout *layout,
                                 struct sift_fleet *fleet);

/* Largest first, then by name; the same file twice (by device and inode) is kept once. To be called when all are added. */
void sift_shards_sort(struct sift_shards *shards);

/* Whether a file is among the shards. After sift_shards_sort() or before. */
bool sift_shards_hold(const struct sift_shards *shards, uint64_t device, uint64_t inode);

/* The name within states and events. */
const char *sift_shard_name(const struct sift_shard *shard);

#ifdef __cplusplus
}
#endif
#endif
