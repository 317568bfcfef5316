#include "tools/fleetgen/produce.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/fleetgen/output.h"
#include "tools/fleetgen/truth.h"

enum { SHARD_BYTES = 32 * 1000 * 1000, SHARDS_MAX = 9999 };

/* What the threads share. Units of work are shards, or single Spaces; which thread takes one changes nothing in it. */
struct production {
  const struct sift_gen_fleet *fleet;
  const struct sift_gen_options *options;
  uint64_t units;
  struct sift_gen_sum *sums; /* by Space; each is written by the one thread that has its unit */
  atomic_uint_fast64_t next_unit;
  atomic_uint_fast64_t file_bytes, wrapped_bytes;
  atomic_bool stopped;
  pthread_mutex_t lock; /* of what follows: the first thing that went wrong */
  enum sift_status status;
  char *error;
  size_t error_size;
};

/* One thread: a file for each channel, of which mixed shards use the first. */
struct hand {
  struct production *production;
  struct sift_gen_memo *memo;
  struct sift_gen_output outputs[SIFT_GEN_CHANNELS];
};

static void stop(struct production *production, enum sift_status status, const char *path) {
  int reason = errno;
  pthread_mutex_lock(&production->lock);
  if (production->status == SIFT_OK) {
    production->status = status;
    if (status == SIFT_EIO) {
      char why[128];
      snprintf(production->error, production->error_size, "%s: %s", path, strerror_r(reason, why, sizeof(why)));
    }
  }
  pthread_mutex_unlock(&production->lock);
  atomic_store(&production->stopped, true);
}

static enum sift_status record_write(struct hand *hand, const struct sift_gen_record *record, uint64_t unit) {
  bool mixed = hand->production->options->format == SIFT_GEN_MIXED;
  struct sift_gen_output *output = &hand->outputs[mixed ? 0 : record->channel];
  enum sift_status status = sift_gen_output_put(output, record, unit);
  if (status != SIFT_OK) {
    stop(hand->production, status, output->path);
  }
  return status;
}

static void unit_close(struct hand *hand) {
  for (size_t i = 0; i < SIFT_GEN_CHANNELS; i++) {
    enum sift_status status = sift_gen_output_close(&hand->outputs[i]);
    if (status != SIFT_OK) {
      stop(hand->production, status, hand->outputs[i].path);
    }
  }
}

static void unit_write(struct hand *hand, uint64_t unit) {
  struct production *production = hand->production;
  double share = (double)production->fleet->config.spaces / (double)production->units;
  uint64_t first = (uint64_t)((double)unit * share);
  uint64_t end = unit + 1 == production->units ? production->fleet->config.spaces : (uint64_t)((double)(unit + 1) * share);
  struct sift_gen_stream *stream;
  enum sift_status status = sift_gen_stream_new(&stream, production->fleet, first, (size_t)(end - first));
  if (status == SIFT_OK) {
    sift_gen_stream_remember(stream, hand->memo);
  }
  struct sift_gen_record record;
  while (status == SIFT_OK && !atomic_load_explicit(&production->stopped, memory_order_relaxed)) {
    status = sift_gen_stream_next(stream, &record);
    if (status == SIFT_OK && record_write(hand, &record, unit) != SIFT_OK) {
      break;
    }
  }
  if (status == SIFT_ENOMEM) {
    stop(production, status, "");
  }
  for (uint64_t i = first; i < end && status == SIFT_END; i++) {
    production->sums[i] = sift_gen_stream_sum(stream, (size_t)(i - first));
  }
  sift_gen_stream_free(stream);
  unit_close(hand);
}

static enum sift_status hand_init(struct hand *hand, struct production *production) {
  *hand = (struct hand){.production = production, .memo = sift_gen_memo_new()};
  enum sift_status status = hand->memo != NULL ? SIFT_OK : SIFT_ENOMEM;
  for (size_t i = 0; i < SIFT_GEN_CHANNELS && status == SIFT_OK; i++) {
    status = sift_gen_output_init(&hand->outputs[i], production->options);
  }
  return status;
}

static void hand_release(struct hand *hand) {
  for (size_t i = 0; i < SIFT_GEN_CHANNELS; i++) {
    struct sift_gen_output *output = &hand->outputs[i];
    if (output->writer != NULL) {
      atomic_fetch_add(&hand->production->file_bytes, sift_gen_writer_bytes(output->writer));
      atomic_fetch_add(&hand->production->wrapped_bytes, output->wrapped_bytes);
    }
    sift_gen_output_release(output);
  }
  sift_gen_memo_free(hand->memo);
  free(hand);
}

static void *thread_run(void *argument) {
  struct production *production = argument;
  struct hand *hand = malloc(sizeof(*hand));
  if (hand == NULL) {
    stop(production, SIFT_ENOMEM, "");
    return NULL;
  }
  if (hand_init(hand, production) != SIFT_OK) {
    stop(production, SIFT_ENOMEM, "");
  }
  while (!atomic_load(&production->stopped)) {
    uint64_t unit = atomic_fetch_add(&production->next_unit, 1);
    if (unit >= production->units) {
      break;
    }
    unit_write(hand, unit);
  }
  hand_release(hand);
  return NULL;
}

/* The calling thread works too; threads that cannot be started are done without. */
static void threads_run(struct production *production) {
  pthread_t threads[SIFT_GEN_THREADS_MAX];
  unsigned started = 0;
  while (started + 1 < production->options->threads && started + 1 < production->units &&
         pthread_create(&threads[started], NULL, thread_run, production) == 0) {
    started++;
  }
  thread_run(production);
  for (unsigned i = 0; i < started; i++) {
    pthread_join(threads[i], NULL);
  }
}

/* DIR/logs, in a directory that is fit for it. */
static enum sift_status directories_make(struct production *production) {
  const struct sift_gen_options *options = production->options;
  char path[SIFT_GEN_PATH_MAX];
  enum sift_status status = sift_gen_directory_prepare(options->out, options->force, production->error, production->error_size);
  if (status != SIFT_OK) {
    return status;
  }
  snprintf(path, sizeof(path), "%s/logs", options->out);
  status = sift_gen_directory_make(path);
  if (status != SIFT_OK) {
    stop(production, status, path);
  }
  return status;
}

static void outcome_sum(const struct production *production, struct sift_gen_outcome *outcome) {
  for (uint64_t i = 0; i < production->fleet->config.spaces; i++) {
    outcome->text_bytes += production->sums[i].bytes;
    outcome->faults += production->sums[i].faults;
  }
}

static uint64_t units_count(const struct sift_gen_fleet *fleet, const struct sift_gen_options *options) {
  if (options->format != SIFT_GEN_MIXED) {
    return fleet->config.spaces;
  }
  uint64_t shards = options->shards > 0 ? options->shards : (fleet->config.bytes + SHARD_BYTES - 1) / SHARD_BYTES;
  shards = shards < SHARDS_MAX ? shards : SHARDS_MAX;
  return shards < fleet->config.spaces ? shards : fleet->config.spaces;
}

enum sift_status sift_gen_produce(const struct sift_gen_fleet *fleet, const struct sift_gen_options *options,
                                  struct sift_gen_outcome *outcome, char *error, size_t error_size) {
  *outcome = (struct sift_gen_outcome){.shards = units_count(fleet, options)};
  struct production production = {
      .fleet = fleet, .options = options, .units = outcome->shards, .error = error, .error_size = error_size};
  pthread_mutex_init(&production.lock, NULL);
  enum sift_status status = directories_make(&production);
  if (status == SIFT_OK) {
    production.sums = calloc(fleet->config.spaces, sizeof(*production.sums));
    status = production.sums != NULL ? SIFT_OK : SIFT_ENOMEM;
  }
  if (status == SIFT_OK) {
    threads_run(&production);
    status = production.status;
  }
  if (status == SIFT_OK) {
    outcome_sum(&production, outcome);
    status = sift_gen_truth_write(fleet, production.sums, options->out, error, error_size);
  }
  outcome->file_bytes = atomic_load(&production.file_bytes);
  outcome->wrapped_bytes = atomic_load(&production.wrapped_bytes);
  free(production.sums);
  pthread_mutex_destroy(&production.lock);
  return status;
}
