/* What a benchmark came to, for the renderers: figures, what they were measured on, and what was asked besides. */
#ifndef SIFT_MEASURE_FINDINGS_H
#define SIFT_MEASURE_FINDINGS_H

#include "engine/json.h"
#include "tools/measure/bench_budget.h"
#include "tools/measure/figures.h"
#include "tools/measure/host.h"
#include "tools/measure/versus.h"
#include "tools/spacesift/terminal.h"

struct sift_findings {
  const struct sift_host *host;
  const struct sift_figures *figures;
  const struct sift_versus *versus;                /* NULL: nothing was compared */
  const struct sift_bench_budget_verdict *verdict; /* NULL: there is no budget */
  size_t top;                                      /* rules that the table shows below those of marginal cost */
};

/* Why no gains of rules are told, or NULL where they were measured. */
const char *sift_findings_no_marginal(const struct sift_figures *figures);

/* Hits, woken and refused lines of the whole corpus in a few words. Returns `out`. */
enum { SIFT_FOUND_BYTES = 192 };
const char *sift_findings_found(char out[SIFT_FOUND_BYTES], const struct sift_figures *figures);

/* For people, within 100 columns. */
void sift_findings_table(struct sift_text *text, const struct sift_findings *findings);

/* Google Benchmark's JSON: `context`, and `benchmarks` with an entry for each round. What that format has no place for stands beside them. */
void sift_findings_json(struct sift_json *json, const struct sift_findings *findings);

/* One page that needs nothing else: styles and drawings are within, scripts are not. */
void sift_findings_html(struct sift_text *text, const struct sift_findings *findings);

#endif
