/* What the parts of the scanner share: which lines are woken, what is found in them. Not for others. */
#ifndef SIFT_ENGINE_SCANNER_INTERNAL_H
#define SIFT_ENGINE_SCANNER_INTERNAL_H

#include "engine/database_internal.h"
#include "engine/scanner.h"

struct sift_line {
  uint32_t start, end; /* end: of the text, where the newline stands or the batch ends */
};

/* A pattern of the wake database matched in the line that begins at `start`. */
struct sift_find {
  uint32_t start, pattern;
};

struct sift_scanner {
  const struct sift_database *database;
  enum sift_scan_mode mode;
  hs_scratch_t *scratch;
  pcre2_match_data *match;
  pcre2_match_context *limits;
  struct sift_line *woken;
  size_t woken_count, woken_capacity;
  bool woken_disordered;
  bool out_of_memory;
  uint32_t *matched; /* pattern numbers that matched the line at hand */
  uint32_t matched_count;
  struct sift_find *finds; /* of the batch at hand, where they are taken directly; made when that first happens */
  uint32_t find_count;
  bool finds_full, finds_disordered;
  unsigned direct_left; /* batches to go without the sampler */
  const char *text;
  uint32_t len;
  sift_hit_fn on_hit;
  void *context;
  sift_limit_fn on_limit;
  void *limit_context;
  struct sift_scanner_stats stats;
};

/* Lists the lines to look at, in order: by the sampler and its companions, or by the whole wake database. */
enum sift_status sift_scanner_wake(struct sift_scanner *scanner, bool sampler);

/* Puts the line that holds the byte before `to` on the list: a match within a line has its last byte in the line. NULL when memory
 * is out. Valid until the next call. */
const struct sift_line *sift_scanner_wake_line(struct sift_scanner *scanner, uint32_t to);

/* In order, and each once. */
void sift_scanner_settle_woken(struct sift_scanner *scanner);

/* Looks at one line with the confirm database, and tells its hits. SIFT_END where the callback stops the scan. */
enum sift_status sift_scanner_confirm(struct sift_scanner *scanner, struct sift_line line);

/* Tells the hits of a line in which the patterns in scanner->matched were found, in any order. SIFT_END as above. */
enum sift_status sift_scanner_tell(struct sift_scanner *scanner, struct sift_line line);

/* Looks through the batch with the wake database, and takes its matches for what they are: scanner_direct.c. */
enum sift_status sift_scanner_direct(struct sift_scanner *scanner);

/* Looks at each line with the confirm database. */
enum sift_status sift_scanner_lines(struct sift_scanner *scanner);

#endif
