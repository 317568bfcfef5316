#include "tools/measure/series.h"

#include <stdlib.h>

enum sift_status sift_runner_init(struct sift_runner *runner, enum sift_way way, const struct sift_database *database,
                                  const struct sift_pieces *pieces, unsigned threads) {
  *runner = (struct sift_runner){.way = way, .pieces = pieces};
  switch (way) {
  case SIFT_WAY_BARE_BLOCK:
    return sift_bare_new(&runner->bare, database, SIFT_BARE_BLOCK);
  case SIFT_WAY_BARE_STREAM:
    return sift_bare_new(&runner->bare, database, SIFT_BARE_STREAM);
  case SIFT_WAY_BARE_VECTORED:
    return sift_bare_new(&runner->bare, database, SIFT_BARE_VECTORED);
  case SIFT_WAY_WAKE:
    return sift_wake_new(&runner->wake, database);
  default:
    runner->path = (struct sift_path_config){database, pieces, way == SIFT_WAY_EVENTS, threads};
    return SIFT_OK;
  }
}

void sift_runner_release(struct sift_runner *runner) {
  sift_bare_free(runner->bare);
  sift_wake_free(runner->wake);
  *runner = (struct sift_runner){0};
}

static enum sift_status run(void *context) {
  const struct sift_runner *runner = context;
  switch (runner->way) {
  case SIFT_WAY_BARE_BLOCK:
  case SIFT_WAY_BARE_STREAM:
  case SIFT_WAY_BARE_VECTORED:
    return sift_bare_run(runner->bare, runner->pieces);
  case SIFT_WAY_WAKE:
    return sift_wake_run(runner->wake, runner->pieces);
  default:
    return sift_path_run(&runner->path, NULL);
  }
}

static struct sift_point *room_for(struct sift_figures *figures, size_t count) {
  if (figures->series_count + count > figures->series_capacity) {
    size_t grown = 2 * (figures->series_count + count);
    struct sift_point *series = realloc(figures->series, grown * sizeof *series);
    if (series == NULL) {
      return NULL;
    }
    figures->series = series;
    figures->series_capacity = grown;
  }
  return figures->series + figures->series_count;
}

enum sift_status sift_series_add(struct sift_figures *figures, struct sift_runner *runners, size_t count, unsigned rounds) {
  struct sift_point *series = room_for(figures, count);
  struct sift_subject *subjects = calloc(count + 1, sizeof *subjects);
  struct sift_timing *timings = calloc(count + 1, sizeof *timings);
  enum sift_status status = series != NULL && subjects != NULL && timings != NULL ? SIFT_OK : SIFT_ENOMEM;
  for (size_t i = 0; i < count && status == SIFT_OK; i++) {
    subjects[i] = (struct sift_subject){run, &runners[i], runners[i].pieces->bytes};
  }
  if (status == SIFT_OK) {
    status = sift_time_in_turn(subjects, count, rounds, timings);
  }
  for (size_t i = 0; i < count && status == SIFT_OK; i++) {
    series[i] = (struct sift_point){runners[i].way, runners[i].chart, runners[i].at, timings[i]};
    figures->series_count++;
  }
  free(subjects);
  free(timings);
  return status;
}
