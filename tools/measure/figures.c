#include "tools/measure/figures.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
  const char *name, *title;
} ways[SIFT_WAYS] = {
    [SIFT_WAY_BARE_BLOCK] = {"bare/block", "bare hs_scan, block mode"},
    [SIFT_WAY_BARE_STREAM] = {"bare/stream", "bare hs_scan, stream mode"},
    [SIFT_WAY_BARE_VECTORED] = {"bare/vectored", "bare hs_scan, vectored mode"},
    [SIFT_WAY_WAKE] = {"wake", "wake: sampler, literals, rest"},
    [SIFT_WAY_PATH] = {"path", "whole path"},
    [SIFT_WAY_EVENTS] = {"path/events", "whole path, with events"},
};

const char *sift_way_name(enum sift_way way) {
  return ways[way].name;
}

const char *sift_way_title(enum sift_way way) {
  return ways[way].title;
}

void sift_series_name(char out[SIFT_SERIES_NAME_BYTES], const struct sift_point *series) {
  static const char *const axes[SIFT_CHARTS] = {"", "/batch:", "/threads:", "/rules:"};
  if (series->chart == SIFT_CHART_WAY) {
    snprintf(out, SIFT_SERIES_NAME_BYTES, "%s", sift_way_name(series->way));
    return;
  }
  snprintf(out, SIFT_SERIES_NAME_BYTES, "%s%s%llu", sift_way_name(series->way), axes[series->chart],
           (unsigned long long)series->at);
}

const struct sift_point *sift_figures_way(const struct sift_figures *figures, enum sift_way way) {
  for (size_t i = 0; i < figures->series_count; i++) {
    if (figures->series[i].chart == SIFT_CHART_WAY && figures->series[i].way == way) {
      return &figures->series[i];
    }
  }
  return NULL;
}

struct sift_ratio sift_figures_ratio(const struct sift_figures *figures, enum sift_way way) {
  const struct sift_point *bare = sift_figures_way(figures, SIFT_WAY_BARE_BLOCK);
  const struct sift_point *own = sift_figures_way(figures, way);
  bool both = bare != NULL && own != NULL;
  return sift_ratio_of(both ? bare->timing.cpu : NULL, both ? own->timing.cpu : NULL, both ? own->timing.rounds : 0);
}

void sift_figures_release(struct sift_figures *figures) {
  free(figures->series);
  free(figures->costs);
  sift_marginal_release(&figures->marginal);
  *figures = (struct sift_figures){0};
}
