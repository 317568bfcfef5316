#include "ingest/shards.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void sift_shards_init(struct sift_shards *shards) {
  *shards = (struct sift_shards){0};
  sift_arena_init(&shards->paths);
}

void sift_shards_release(struct sift_shards *shards) {
  free(shards->items);
  sift_arena_release(&shards->paths);
}

const char *sift_shard_name(const struct sift_shard *shard) {
  return shard->path + shard->name;
}

/* Where the name begins: at the earliest of the last component, what lies below the root, and what the layout takes. */
static uint32_t name_begin(const char *path, size_t root_len, const struct sift_layout *layout) {
  const char *slash = strrchr(path, '/');
  size_t begin = slash != NULL ? (size_t)(slash + 1 - path) : 0;
  if (root_len > 0 && root_len < begin) {
    begin = root_len;
    while (path[begin] == '/') {
      begin++;
    }
  }
  struct sift_place place;
  sift_layout_match(layout, path, &place);
  if (place.matched.len > 0 && strlen(path) - place.matched.len < begin) {
    begin = strlen(path) - place.matched.len;
  }
  return (uint32_t)begin;
}

static enum sift_status add_file(struct sift_shards *shards, const char *path, size_t root_len, const struct stat *st,
                                 const struct sift_layout *layout) {
  if (shards->count == shards->capacity) {
    size_t capacity = shards->capacity == 0 ? 64 : shards->capacity * 2;
    struct sift_shard *items = realloc(shards->items, capacity * sizeof *items);
    if (items == NULL) {
      return SIFT_ENOMEM;
    }
    shards->items = items;
    shards->capacity = capacity;
  }
  const char *copy = sift_arena_copy(&shards->paths, sift_span_of(path));
  if (copy == NULL) {
    return SIFT_ENOMEM;
  }
  shards->items[shards->count++] = (struct sift_shard){
      .path = copy,
      .name = name_begin(path, root_len, layout),
      .size = S_ISREG(st->st_mode) ? (uint64_t)st->st_size : 0,
      .device = st->st_dev,
      .inode = st->st_ino,
  };
  return SIFT_OK;
}

static enum sift_status complain(struct sift_fleet *fleet, enum sift_reason reason, const char *path, size_t root_len,
                                 const struct sift_layout *layout) {
  return sift_fleet_damage(fleet, reason, sift_span_of(path + name_begin(path, root_len, layout)), 0);
}

static enum sift_status visit(struct sift_shards *shards, const FTSENT *entry, size_t root_len, const struct sift_layout *layout,
                              struct sift_fleet *fleet) {
  switch (entry->fts_info) {
  case FTS_F:
    return add_file(shards, entry->fts_path, root_len, entry->fts_statp, layout);
  case FTS_D:
  case FTS_DP:
  case FTS_DOT:
    return SIFT_OK;
  case FTS_DC:
    return complain(fleet, SIFT_REASON_DIRECTORY_LOOP, entry->fts_path, root_len, layout);
  case FTS_DNR:
  case FTS_NS:
  case FTS_ERR:
  case FTS_SLNONE:
    return complain(fleet, SIFT_REASON_UNREADABLE, entry->fts_path, root_len, layout);
  default:
    return complain(fleet, SIFT_REASON_NOT_A_FILE, entry->fts_path, root_len, layout);
  }
}

static enum sift_status walk(struct sift_shards *shards, const char *root, const struct sift_layout *layout,
                             struct sift_fleet *fleet) {
  char *roots[] = {(char *)root, NULL}; /* fts_open() does not write to them */
  size_t root_len = strlen(root);
  FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
  if (tree == NULL) {
    return errno == ENOMEM ? SIFT_ENOMEM : complain(fleet, SIFT_REASON_UNREADABLE, root, 0, layout);
  }
  enum sift_status status = SIFT_OK;
  const FTSENT *entry = NULL;
  while (status == SIFT_OK && (entry = fts_read(tree)) != NULL) {
    status = visit(shards, entry, root_len, layout, fleet);
  }
  fts_close(tree);
  return status;
}

enum sift_status sift_shards_add(struct sift_shards *shards, const char *path, const struct sift_layout *layout,
                                 struct sift_fleet *fleet) {
  struct stat st = {0};
  if (strcmp(path, "-") == 0) {
    return add_file(shards, path, 0, &st, layout);
  }
  if (stat(path, &st) != 0) {
    return complain(fleet, SIFT_REASON_UNREADABLE, path, 0, layout);
  }
  if (S_ISDIR(st.st_mode)) {
    return walk(shards, path, layout, fleet);
  }
  return add_file(shards, path, 0, &st, layout); /* a FIFO or a device too: it was asked for by name */
}

bool sift_shards_hold(const struct sift_shards *shards, uint64_t device, uint64_t inode) {
  for (size_t i = 0; i < shards->count; i++) {
    if (shards->items[i].inode == inode && shards->items[i].device == device) {
      return true;
    }
  }
  return false;
}

static int by_identity(const void *a, const void *b) {
  const struct sift_shard *x = a;
  const struct sift_shard *y = b;
  if (x->device != y->device) {
    return x->device < y->device ? -1 : 1;
  }
  if (x->inode != y->inode) {
    return x->inode < y->inode ? -1 : 1;
  }
  return strcmp(sift_shard_name(x), sift_shard_name(y));
}

static int by_size(const void *a, const void *b) {
  const struct sift_shard *x = a;
  const struct sift_shard *y = b;
  if (x->size != y->size) {
    return x->size > y->size ? -1 : 1;
  }
  return strcmp(sift_shard_name(x), sift_shard_name(y));
}

void sift_shards_sort(struct sift_shards *shards) {
  if (shards->count == 0) {
    return;
  }
  qsort(shards->items, shards->count, sizeof shards->items[0], by_identity);
  size_t kept = 0;
  for (size_t i = 0; i < shards->count; i++) {
    const struct sift_shard *last = kept > 0 ? &shards->items[kept - 1] : NULL;
    if (last == NULL || last->device != shards->items[i].device || last->inode != shards->items[i].inode) {
      shards->items[kept++] = shards->items[i];
    }
  }
  shards->count = kept;
  qsort(shards->items, kept, sizeof shards->items[0], by_size);
  shards->bytes = 0;
  for (size_t i = 0; i < kept; i++) {
    shards->bytes += shards->items[i].size;
  }
}
