#include "tools/fleetgen/memo.h"

#include <stdlib.h>

enum { ENTRIES_LOG = 11 }; /* half a megabyte: it should stay in a core's own cache */

struct sift_gen_memo {
  struct sift_gen_memo_entry entries[1 << ENTRIES_LOG];
};

struct sift_gen_memo *sift_gen_memo_new(void) {
  return calloc(1, sizeof(struct sift_gen_memo));
}

void sift_gen_memo_free(struct sift_gen_memo *memo) {
  free(memo);
}

static size_t place(const struct sift_gen_memo_key *key) {
  uint64_t hash =
      (key->seed ^ (key->space_seed << 1)) + (((uint64_t)key->rule << 32) | key->variant) * UINT64_C(0x9e3779b97f4a7c15);
  return (size_t)((hash ^ (hash >> 29)) * UINT64_C(0xbf58476d1ce4e5b9) >> (64 - ENTRIES_LOG));
}

struct sift_gen_memo_entry *sift_gen_memo_find(struct sift_gen_memo *memo, const struct sift_gen_memo_key *key, bool *known) {
  struct sift_gen_memo_entry *entry = &memo->entries[place(key)];
  const struct sift_gen_memo_key *there = &entry->key;
  *known = entry->filled && there->seed == key->seed && there->space_seed == key->space_seed && there->rule == key->rule &&
           there->variant == key->variant;
  return entry;
}
