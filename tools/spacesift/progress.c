#include "tools/spacesift/progress.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { INTERVAL_MS = 200 };

struct sift_progress_line {
  struct sift_progress *progress;
  const struct sift_shards *shards;
  struct timespec begun;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  bool stop;
};

static double seconds_since(const struct timespec *then) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

static void show(const struct sift_progress_line *line) {
  const struct sift_progress *progress = line->progress;
  double done = (double)atomic_load_explicit(&progress->compressed_bytes, memory_order_relaxed);
  double text = (double)atomic_load_explicit(&progress->bytes, memory_order_relaxed);
  double total = (double)line->shards->bytes;
  double seconds = seconds_since(&line->begun);
  char left[32] = "";
  if (total > 0 && done > 0 && done <= total && seconds > 1) {
    unsigned rest = (unsigned)(seconds * (total - done) / done);
    snprintf(left, sizeof left, ", %u:%02u left", rest / 60, rest % 60);
  }
  fprintf(stderr, "\r%.1f of %.1f MB read, %.0f MB/s of text%s, %llu of %zu shards, %llu hits\033[K", done / 1e6, total / 1e6,
          seconds > 0 ? text / 1e6 / seconds : 0.0, left,
          (unsigned long long)atomic_load_explicit(&progress->shards, memory_order_relaxed), line->shards->count,
          (unsigned long long)atomic_load_explicit(&progress->hits, memory_order_relaxed));
  fflush(stderr);
}

static void *run(void *context) {
  struct sift_progress_line *line = context;
  pthread_mutex_lock(&line->lock);
  while (!line->stop) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += INTERVAL_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&line->wake, &line->lock, &until);
    if (!line->stop) {
      show(line);
    }
  }
  pthread_mutex_unlock(&line->lock);
  return NULL;
}

struct sift_progress_line *sift_progress_start(struct sift_progress *progress, const struct sift_shards *shards) {
  if (isatty(STDERR_FILENO) != 1) {
    return NULL;
  }
  struct sift_progress_line *line = calloc(1, sizeof *line);
  if (line == NULL) {
    return NULL;
  }
  line->progress = progress;
  line->shards = shards;
  clock_gettime(CLOCK_MONOTONIC, &line->begun);
  pthread_mutex_init(&line->lock, NULL);
  pthread_cond_init(&line->wake, NULL);
  if (pthread_create(&line->thread, NULL, run, line) != 0) {
    pthread_cond_destroy(&line->wake);
    pthread_mutex_destroy(&line->lock);
    free(line);
    return NULL;
  }
  return line;
}

void sift_progress_stop(struct sift_progress_line *line) {
  if (line == NULL) {
    return;
  }
  pthread_mutex_lock(&line->lock);
  line->stop = true;
  pthread_cond_signal(&line->wake);
  pthread_mutex_unlock(&line->lock);
  pthread_join(line->thread, NULL);
  fputs("\r\033[K", stderr);
  fflush(stderr);
  pthread_cond_destroy(&line->wake);
  pthread_mutex_destroy(&line->lock);
  free(line);
}
