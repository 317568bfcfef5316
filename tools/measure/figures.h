/* All that was measured of one rule set: what the renderers and the budget read. Numbers only; who measures is elsewhere. */
#ifndef SIFT_MEASURE_FIGURES_H
#define SIFT_MEASURE_FIGURES_H

#include "engine/database.h"
#include "tools/measure/corpus.h"
#include "tools/measure/marginal.h"
#include "tools/measure/path.h"
#include "tools/measure/rule_costs.h"
#include "tools/measure/statistics.h"
#include "tools/measure/timing.h"

/* What a throughput is plotted against. */
enum sift_chart {
  SIFT_CHART_WAY,     /* nothing: one way of scanning next to the others */
  SIFT_CHART_BATCH,   /* bytes of a batch */
  SIFT_CHART_THREADS, /* threads */
  SIFT_CHART_RULES,   /* rules in use */
  SIFT_CHARTS
};

/* What is run. */
enum sift_way {
  SIFT_WAY_BARE_BLOCK,
  SIFT_WAY_BARE_STREAM,
  SIFT_WAY_BARE_VECTORED,
  SIFT_WAY_WAKE,
  SIFT_WAY_PATH,
  SIFT_WAY_EVENTS,
  SIFT_WAYS
};

const char *sift_way_name(enum sift_way way);  /* "bare/block", "wake", "path", "path/events": of names in JSON */
const char *sift_way_title(enum sift_way way); /* for people */

struct sift_point {
  enum sift_way way;
  enum sift_chart chart;
  uint64_t at; /* batch bytes, threads or rules; 0 for SIFT_CHART_WAY */
  struct sift_timing timing;
};

enum { SIFT_SERIES_NAME_BYTES = 64 };
/* "path/batch:65536" */
void sift_series_name(char out[SIFT_SERIES_NAME_BYTES], const struct sift_point *series);

struct sift_sizes {
  struct sift_database_info parts;
  size_t database;                       /* wake, literals, rest and confirm together */
  size_t stored;                         /* the compiled form in the cache */
  size_t stream, stream_state, vectored; /* of the bare scan's other modes */
};

struct sift_figures {
  const struct sift_ruleset *ruleset;
  const struct sift_corpus *corpus;
  uint64_t sample_bytes, sample_lines; /* that a timed run passes over */
  unsigned rounds;
  size_t profile_bytes;                  /* of logs that chose the texts which wake lines; 0: the shipped specimen did */
  double compile_seconds, start_seconds; /* CPU */
  struct sift_sizes sizes;
  struct sift_path_result found; /* in the whole corpus */
  struct sift_point *series;
  size_t series_count, series_capacity;
  struct sift_rule_cost *costs; /* by rule */
  struct sift_marginal marginal;
};

/* The series of a way beside the others (SIFT_CHART_WAY), or NULL. */
const struct sift_point *sift_figures_way(const struct sift_figures *figures, enum sift_way way);

/* How fast `way` is, as a multiple of the bare scan in block mode in the same rounds. */
struct sift_ratio sift_figures_ratio(const struct sift_figures *figures, enum sift_way way);

void sift_figures_release(struct sift_figures *figures);

#endif
