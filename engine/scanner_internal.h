/* What the parts of the scanner share: which lines are woken, what is found in them. Not for others. */
#ifndef SIFT_ENGINE_SCANNER_INTERNAL_H
#define SIFT_ENGINE_SCANNER_INTERNAL_H

#include "engine/database_internal.h"
#include "engine/scanner.h"

struct sift_line {
  uint32_t start, end; /* end: of the text, where the newline stands or the batch ends */
};

/* A pattern of the wake database matched in a line. */
struct sift_find {
  uint32_t line, pattern; /* line: its number on the list */
};

/* What was found in the lines on the list, which stand one behind the other in some text. */
struct sift_finds {
  struct sift_find *items;
  uint32_t count;
  bool full, disordered;
  uint32_t last_line; /* of the last find */
  uint32_t *begins;   /* by line: where it begins in the text */
  uint32_t line_count;
  size_t begins_capacity;
  char *text; /* lines gathered from the batch */
  size_t text_capacity;
};
void sift_finds_release(struct sift_finds *finds);

/* Fewer lines are confirmed one by one. */
enum { SIFT_DECIDE_LINES_MIN = 3 };

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
  struct sift_finds finds;
  unsigned dense_run;  /* how many batches go without the sampler, from one that showed it to be of no use to the next look */
  unsigned dense_left; /* of those, still to come */
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

/* Lists all lines that are not empty. SIFT_ENOMEM. */
enum sift_status sift_scanner_wake_all(struct sift_scanner *scanner);

/* Looks at one line with the confirm database, and tells its hits. SIFT_END where the callback stops the scan. */
enum sift_status sift_scanner_confirm(struct sift_scanner *scanner, struct sift_line line);

/* Tells the hits of a line in which the patterns in scanner->matched were found, in any order. SIFT_END as above. */
enum sift_status sift_scanner_tell(struct sift_scanner *scanner, struct sift_line line);

/* Tells the hits of the lines on the list, or of all lines, by what the wake database finds in them together. */
enum sift_status sift_scanner_decide(struct sift_scanner *scanner);
enum sift_status sift_scanner_decide_all(struct sift_scanner *scanner);

#endif
