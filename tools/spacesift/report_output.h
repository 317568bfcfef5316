/* Drives a whole report: one pass over the Spaces for the incidents, one for the verdicts. */
#ifndef SIFT_TOOLS_REPORT_OUTPUT_H
#define SIFT_TOOLS_REPORT_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "engine/database.h"
#include "engine/facts.h"
#include "engine/ruleset.h"
#include "engine/state.h"
#include "engine/status_page.h"

enum sift_report_kind { SIFT_REPORT_TEXT, SIFT_REPORT_JSON, SIFT_REPORT_JSONL, SIFT_REPORT_NONE };

/* "text", "json", "jsonl" or "none"; false for anything else. */
bool sift_report_kind_parse(const char *name, enum sift_report_kind *out);

/* What is reported. `open` begins a pass over all Spaces in order and then the fleet, and may end the pass before; the
 * merger stays the context's. The rule set's indices must fit (sift_state_header_matches). */
struct sift_report_input {
  const struct sift_ruleset *ruleset;
  enum sift_status (*open)(void *context, struct sift_state_merger **out);
  void *context;
  int64_t now_ns;                       /* SIFT_TIME_NONE: the newest time of a hit */
  const struct sift_facts *facts;       /* sealed; NULL: none are known */
  const struct sift_database *database; /* of the rule set: scans the facts' messages; not asked for where there are no facts */
  int64_t clock_ns;                     /* the present of the page where neither a log nor `now_ns` knows one */
  const struct sift_status_page *page;  /* NULL: not known */
  uint64_t top;                         /* text: at most so many Spaces that need someone */
  unsigned width;                       /* text: columns; 0: those of the terminal that `out` is, else 120 */
  double seconds;                       /* text: how long reading took, for the rate; 0: none is told */
};

/* Writes the report. SIFT_ENOMEM, SIFT_EIO where `out` takes no more (errno says why), or what a pass ended with.
 * SIFT_REPORT_NONE writes nothing. */
enum sift_status sift_report_write(FILE *out, const struct sift_report_input *input, enum sift_report_kind kind, bool colour);

#endif
