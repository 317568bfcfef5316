/* Remembers what was said before: seeded rules give the same text each time, and much of a log is said again and again. */
#ifndef SIFT_FLEETGEN_MEMO_H
#define SIFT_FLEETGEN_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_GEN_MEMO_TEXT_MAX = 192, SIFT_GEN_MEMO_HOLES_MAX = 3 };

/* All that a seeded text depends on, beside the grammar; compared whole, so that a memory never tells a wrong one. */
struct sift_gen_memo_key {
  uint64_t space_seed, seed;
  uint32_t rule, variant;
};

/* A time within a text: each telling writes its own there. */
struct sift_gen_memo_hole {
  uint16_t at; /* in the text without its times */
  uint16_t form;
};

struct sift_gen_memo_entry {
  struct sift_gen_memo_key key;
  uint16_t len;
  uint8_t hole_count;
  bool filled;
  struct sift_gen_memo_hole holes[SIFT_GEN_MEMO_HOLES_MAX];
  char text[SIFT_GEN_MEMO_TEXT_MAX];
};

/* A table of fixed size in which a new text takes the place of an old one. One thread, one grammar. */
struct sift_gen_memo;
struct sift_gen_memo *sift_gen_memo_new(void); /* NULL: no memory */
void sift_gen_memo_free(struct sift_gen_memo *memo);

/* The place of a key, never NULL: `filled` with it, or to be filled, whatever stood there. */
struct sift_gen_memo_entry *sift_gen_memo_find(struct sift_gen_memo *memo, const struct sift_gen_memo_key *key, bool *known);

#ifdef __cplusplus
}
#endif
#endif
