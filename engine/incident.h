/* Fleet windows → incidents: a trouble that struck many distinct Spaces within one stretch of time, beyond its baseline. */
#ifndef SIFT_ENGINE_INCIDENT_H
#define SIFT_ENGINE_INCIDENT_H

#include "engine/fleet.h"
#include "engine/ruleset.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sift_incident {
  struct sift_series series;         /* a class, or one phrase of the platform's */
  int64_t start_s, end_s;            /* Unix time: start of its first window, end of its last */
  uint64_t spaces;                   /* distinct Spaces struck (estimate beyond SIFT_SKETCH_EXACT) */
  uint64_t peak_spaces;              /* in its worst window */
  double baseline;                   /* Spaces per window that are usual for the series: the median */
  double share;                      /* of the fleet's Spaces, 0 to 1 */
  struct sift_sketch struck;         /* which Spaces */
  struct sift_witnesses witnesses;   /* the first of them */
  const struct sift_window *windows; /* its windows, borrowed from the fleet */
  size_t window_count;
};

struct sift_incidents {
  struct sift_incident *items; /* worst first: by distinct Spaces, then start, then series */
  size_t count;
  size_t *by_start; /* private: indices sorted by series, then start */
};

/* Finds the incidents of the classes and rules that the rule set marks as `incident`: a rule's is left out where one of its
 * class's own holds the rule's worst window, since that is the same outbreak. `space_count`: Spaces in the fleet, "-" aside.
 * The fleet must outlive the result. Deterministic: a function of its arguments only. The rules stand in docs/report.md,
 * "Incidents". SIFT_ENOMEM, and the result is empty. */
enum sift_status sift_incidents_find(struct sift_incidents *out, const struct sift_ruleset *ruleset, const struct sift_fleet *fleet,
                                     uint64_t space_count);
void sift_incidents_release(struct sift_incidents *incidents);

/* The series' incident that `time_ns` falls into, or NULL. */
const struct sift_incident *sift_incidents_at(const struct sift_incidents *incidents, struct sift_series series, int64_t time_ns);

#ifdef __cplusplus
}
#endif
#endif
