/* Batch → hits: wakes the lines that may match, then confirms each of them alone. */
#ifndef SIFT_ENGINE_SCANNER_H
#define SIFT_ENGINE_SCANNER_H

#include "engine/database.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A rule matched a line. `fields` are the captured values in the order of the rule's captures; spans borrow from the
 * text and hold for the length of the call. */
struct sift_hit {
  uint32_t rule;
  uint32_t line_start, line_len; /* in the text, without the newline */
  const struct sift_span *fields;
  uint32_t field_count;
};

/* Return false to stop the scan. */
typedef bool (*sift_hit_fn)(void *context, const struct sift_hit *hit);

/* How lines are found that may match. The results are the same; only the speed is not. */
enum sift_scan_mode {
  SIFT_SCAN_ADAPTIVE, /* as SIFT_SCAN_SAMPLER or SIFT_SCAN_DENSE, whichever is cheaper for the text at hand */
  SIFT_SCAN_SAMPLER,  /* the sampler and its companions over the batch; the wake database over the woken lines together */
  SIFT_SCAN_DENSE,    /* the wake database over the batch */
  SIFT_SCAN_BATCH,    /* the wake database over the batch; the confirm database over each woken line */
  SIFT_SCAN_LINES,    /* the confirm database over each line */
  SIFT_SCAN_EXAMPLES, /* the sampler over a few lines, confirmed each: no captures, and nothing is made ready for many */
};

/* One a worker: it holds the scratch memory. Borrows the database. */
struct sift_scanner;
enum sift_status sift_scanner_new(struct sift_scanner **out, const struct sift_database *database, enum sift_scan_mode mode);
void sift_scanner_free(struct sift_scanner *scanner);

/* Scans whole lines, of which `text` has `len` bytes and SIFT_PADDING readable bytes behind; at most 4 GiB. Hits come in
 * rising order of line, then of rule. `channels_of` tells no channel: whoever calls filters by sift_rule.channels.
 * SIFT_EENGINE only for a bug; SIFT_END where the callback stopped it. */
enum sift_status sift_scanner_scan(struct sift_scanner *scanner, const char *text, uint32_t len, sift_hit_fn on_hit, void *context);

/* Tells that PCRE2 gave up on a line at a pattern of a rule, before a hit of that rule on that line: the pattern counts as not
 * matching there. It depends on the line alone, so it is told alike in each mode. NULL: nobody wants to know. */
typedef void (*sift_limit_fn)(void *context, uint32_t rule, uint32_t line_start, uint32_t line_len);
void sift_scanner_on_limit(struct sift_scanner *scanner, sift_limit_fn on_limit, void *context);

/* Counters since the scanner was made: for the bench and the metrics. */
struct sift_scanner_stats {
  uint64_t batches, bytes;
  uint64_t dense;     /* of those batches, scanned as SIFT_SCAN_DENSE */
  uint64_t woken;     /* lines handed to confirm */
  uint64_t confirmed; /* lines with a hit */
  uint64_t hits;
  uint64_t limited; /* PCRE2 gave up at its match limit: counted as no match */
};
const struct sift_scanner_stats *sift_scanner_stats(const struct sift_scanner *scanner);

#ifdef __cplusplus
}
#endif
#endif
