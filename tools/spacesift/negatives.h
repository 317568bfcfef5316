/* Logs in which nothing is a Space's fault: which rules hit them all the same, and how often. */
#ifndef SIFT_TOOLS_NEGATIVES_H
#define SIFT_TOOLS_NEGATIVES_H

#include "engine/json.h"
#include "ingest/scan.h"
#include "tools/spacesift/terminal.h"

/* Embedded, zeroed at first. */
struct sift_negatives {
  const struct sift_ruleset *ruleset;
  struct sift_layout *layout;
  struct sift_shards shards;
  struct sift_scan *scan;
  struct sift_arena arena;          /* of what `rules` points to */
  struct sift_negative_rule *rules; /* by rule index, then worst first */
  uint64_t lines, hits, errors;     /* hits of severity warning or worse; those of error or worse among them */
};

/* Borrows the database. SIFT_ENOMEM. */
enum sift_status sift_negatives_init(struct sift_negatives *negatives, const struct sift_database *database);
void sift_negatives_release(struct sift_negatives *negatives);

/* A file or a directory of plain logs. SIFT_ENOMEM, with a message. */
enum sift_status sift_negatives_add(struct sift_negatives *negatives, const char *path);

/* Reads them all. Returns an exit status; what went wrong is told. */
int sift_negatives_run(struct sift_negatives *negatives);

/* Totals per million lines, then the rules that hit, worst first. */
void sift_negatives_text(struct sift_text *text, const struct sift_negatives *negatives);

/* {"lines", "hits", "errors", "rules": [{"rule", "severity", "hits", "text"}]} */
void sift_negatives_json(struct sift_json *json, const struct sift_negatives *negatives);

#endif
