#include "tools/spacesift/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/worker.h"
#include "ingest/wrapping.h"

#define SPACE "cases/one"

struct sift_trial {
  struct sift_worker *worker;
  struct sift_lines *lines;
  struct sift_wrapping *wrapping;
  struct sift_incidents none;
  struct sift_triage *triage;
  struct sift_state_bytes bytes;
  struct sift_state_reader *reader; /* of the last run's state: its verdict borrows from it */
  struct sift_space empty;          /* stands for a text of which nothing was kept */
};

enum sift_status sift_trial_new(struct sift_trial **out, const struct sift_database *database) {
  *out = NULL;
  struct sift_trial *trial = calloc(1, sizeof *trial);
  if (trial == NULL) {
    return SIFT_ENOMEM;
  }
  const struct sift_worker_config config = {.database = database, .spaces_max = 1};
  trial->empty.name = sift_span_of(SPACE);
  trial->empty.first = trial->empty.last = (struct sift_instant){.time_ns = SIFT_TIME_NONE, .source = ""};
  enum sift_status status = sift_worker_new(&trial->worker, &config);
  status = status == SIFT_OK ? sift_lines_new(&trial->lines, SIFT_BATCH_BYTES, SIFT_LINE_BYTES_MAX) : status;
  status = status == SIFT_OK ? sift_wrapping_new(&trial->wrapping) : status;
  status = status == SIFT_OK ? sift_triage_new(&trial->triage, sift_database_ruleset(database), &trial->none) : status;
  if (status != SIFT_OK) {
    sift_trial_free(trial);
    return status;
  }
  *out = trial;
  return SIFT_OK;
}

void sift_trial_free(struct sift_trial *trial) {
  if (trial == NULL) {
    return;
  }
  sift_state_reader_free(trial->reader);
  sift_triage_free(trial->triage);
  sift_wrapping_free(trial->wrapping);
  sift_lines_free(trial->lines);
  sift_worker_free(trial->worker);
  free(trial);
}

static void damage(void *context, enum sift_reason reason, uint64_t offset) {
  struct sift_trial *trial = context;
  (void)sift_worker_damage(trial->worker, reason, offset);
}

static enum sift_status drain(struct sift_trial *trial) {
  struct sift_chunk chunk;
  enum sift_status status = SIFT_OK;
  while (status == SIFT_OK && sift_lines_next(trial->lines, &chunk) == SIFT_OK) {
    struct sift_batch batch;
    status = sift_wrapping_unwrap(trial->wrapping, &chunk, &batch);
    if (status == SIFT_OK) {
      status = sift_worker_batch(trial->worker, &batch);
    }
  }
  return status;
}

static enum sift_status feed(struct sift_trial *trial, struct sift_span text) {
  enum sift_status status = SIFT_OK;
  while (status == SIFT_OK && text.len > 0) {
    size_t room = 0;
    char *into = sift_lines_reserve(trial->lines, &room);
    if (into == NULL) {
      return SIFT_ENOMEM;
    }
    size_t len = text.len < room ? text.len : room;
    memcpy(into, text.data, len);
    sift_lines_commit(trial->lines, len);
    text = sift_span(text.data + len, text.len - len);
    status = drain(trial);
  }
  sift_lines_finish(trial->lines);
  return status == SIFT_OK ? drain(trial) : status;
}

static enum sift_status scan(struct sift_trial *trial, struct sift_span source, const char *channel, struct sift_span text) {
  const struct sift_wrapping_config config = {
      .format = SIFT_FORMAT_RAW,
      .space = sift_span_of(SPACE),
      .channel = sift_span_of(channel),
  };
  enum sift_status status = sift_worker_begin(trial->worker, source);
  sift_lines_reset(trial->lines);
  if (status == SIFT_OK) {
    status = sift_wrapping_begin(trial->wrapping, &config, sift_worker_streams(trial->worker),
                                 (struct sift_wrapping_report){damage, trial});
  }
  status = status == SIFT_OK ? feed(trial, text) : status;
  return status == SIFT_OK ? sift_worker_end(trial->worker, text.len) : status;
}

enum { SOURCE_BYTES = 4200 };

static enum sift_status scan_all(struct sift_trial *trial, struct sift_span source, const struct sift_case_log *logs,
                                 size_t count) {
  enum sift_status status = count == 1 ? scan(trial, source, logs[0].channel, logs[0].text) : SIFT_OK;
  for (size_t i = 0; i < count && count > 1 && status == SIFT_OK; i++) {
    char name[SOURCE_BYTES];
    int len = snprintf(name, sizeof name, "%.*s:%s", (int)(source.len < 4096 ? source.len : 4096), source.data, logs[i].channel);
    status = scan(trial, sift_span(name, (size_t)len), logs[i].channel, logs[i].text);
  }
  return status;
}

/* The worker's tally of one Space, read again as a state: what a scan hands to its report. */
static enum sift_status read_back(struct sift_trial *trial, const struct sift_space **space) {
  const struct sift_run *runs = NULL;
  size_t count = 0;
  *space = &trial->empty;
  enum sift_status status = sift_worker_runs(trial->worker, &runs, &count);
  if (status != SIFT_OK || count == 0) {
    return status;
  }
  trial->bytes.rest = sift_span(runs[0].bytes, runs[0].size);
  status = sift_state_reader_new(&trial->reader, sift_state_bytes_input(&trial->bytes));
  if (status != SIFT_OK) {
    return status;
  }
  const struct sift_space *found = NULL;
  status = sift_state_next(trial->reader, &found);
  *space = status == SIFT_OK ? found : &trial->empty;
  return status == SIFT_END ? SIFT_OK : status;
}

enum sift_status sift_trial_run(struct sift_trial *trial, struct sift_span source, const struct sift_case_log *logs, size_t count,
                                struct sift_verdict *out) {
  const struct sift_space *space = NULL;
  sift_state_reader_free(trial->reader);
  trial->reader = NULL;
  enum sift_status status = sift_worker_emptied(trial->worker);
  status = status == SIFT_OK ? scan_all(trial, source, logs, count) : status;
  status = status == SIFT_OK ? read_back(trial, &space) : status;
  if (status == SIFT_OK) {
    sift_triage_judge(trial->triage, space, out);
  }
  return status;
}

const struct sift_step *sift_trial_path(const struct sift_trial *trial, size_t *count) {
  return sift_triage_path(trial->triage, count);
}
