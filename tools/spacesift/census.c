#include "tools/spacesift/census.h"

#include "engine/report.h"

static enum sift_status count_spaces(struct sift_state_merger *merger, uint64_t *count) {
  const struct sift_space *space = NULL;
  enum sift_status status;
  *count = 0;
  while ((status = sift_state_merger_next(merger, &space)) == SIFT_OK) {
    *count += sift_summary_counts(space);
  }
  return status == SIFT_END ? SIFT_OK : status;
}

enum sift_status sift_census_take(struct sift_census *out, const struct sift_report_input *input) {
  *out = (struct sift_census){0};
  struct sift_state_merger *merger = NULL;
  enum sift_status status = sift_fleet_init(&out->fleet);
  status = status == SIFT_OK ? input->open(input->context, &merger) : status;
  status = status == SIFT_OK ? count_spaces(merger, &out->spaces) : status;
  status = status == SIFT_OK ? sift_fleet_merge(&out->fleet, sift_state_merger_fleet(merger)) : status;
  if (status == SIFT_OK) {
    out->spaces += sift_sketch_estimate(&out->fleet.overflow);
    out->now_ns = input->now_ns != SIFT_TIME_NONE ? input->now_ns : out->fleet.newest_ns;
    status = sift_incidents_find(&out->incidents, input->ruleset, &out->fleet, out->spaces);
  }
  if (status != SIFT_OK) {
    sift_census_release(out);
  }
  return status;
}

void sift_census_release(struct sift_census *census) {
  sift_incidents_release(&census->incidents);
  sift_fleet_release(&census->fleet);
}
