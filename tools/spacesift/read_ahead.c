#include "tools/spacesift/read_ahead.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A lane has many blocks, so that threads change seldom; of many lanes each has few, as they hold memory. */
enum { BLOCK_BYTES = 64 * 1024, BLOCKS = 256, LANE_BLOCKS_MIN = 2, LANE_BLOCKS_MAX = 16 };

struct block {
  size_t size;
  char bytes[BLOCK_BYTES];
};

/* One input. The blocks from `first` on, `full` of them, are the reader's, the others the thread's. */
struct lane {
  struct sift_read_ahead *ahead;
  struct sift_state_input input;
  struct block *blocks; /* a ring */
  size_t first, full;   /* under the lock, as are: */
  bool ended;           /* nothing comes after the full blocks but: */
  enum sift_status status;
  int error_number;
  size_t taken; /* bytes of the first block that were handed out: the reader's own */
};

struct sift_read_ahead {
  pthread_t thread;
  bool started;
  pthread_mutex_t lock;
  pthread_cond_t filled, emptied;
  bool stop;
  size_t lane_blocks;
  size_t count;
  struct lane lanes[];
};

/* ---- the thread ---- */

/* Waits for a lane with room, in turn; NULL when it is time to stop. */
static struct lane *next_lane(struct sift_read_ahead *ahead, size_t *turn) {
  for (;;) {
    for (size_t i = 0; i < ahead->count && !ahead->stop; i++) {
      struct lane *lane = &ahead->lanes[*turn];
      *turn = (*turn + 1) % ahead->count;
      if (!lane->ended && lane->full < ahead->lane_blocks) {
        return lane;
      }
    }
    if (ahead->stop) {
      return NULL;
    }
    pthread_cond_wait(&ahead->emptied, &ahead->lock);
  }
}

/* Reads until the block is full or the input at its end; false there. */
static bool fill(struct lane *lane, struct block *block, enum sift_status *status) {
  block->size = 0;
  while (block->size < BLOCK_BYTES) {
    size_t got = 0;
    *status = lane->input.read(lane->input.context, block->bytes + block->size, BLOCK_BYTES - block->size, &got);
    block->size += got;
    if (*status != SIFT_OK || got == 0) {
      return false;
    }
  }
  return true;
}

static void *run(void *context) {
  struct sift_read_ahead *ahead = context;
  size_t turn = 0;
  struct lane *lane = NULL;
  pthread_mutex_lock(&ahead->lock);
  while ((lane = next_lane(ahead, &turn)) != NULL) {
    struct block *block = &lane->blocks[(lane->first + lane->full) % ahead->lane_blocks];
    enum sift_status status = SIFT_OK;
    pthread_mutex_unlock(&ahead->lock);
    bool more = fill(lane, block, &status);
    int error_number = errno;
    pthread_mutex_lock(&ahead->lock);
    lane->full += block->size > 0;
    lane->ended = !more;
    lane->status = status;
    lane->error_number = error_number;
    pthread_cond_broadcast(&ahead->filled);
  }
  pthread_mutex_unlock(&ahead->lock);
  return NULL;
}

/* ---- the reader ---- */

/* The block to take from, or NULL where there is none any more. */
static const struct block *wait_for_block(struct lane *lane) {
  struct sift_read_ahead *ahead = lane->ahead;
  pthread_mutex_lock(&ahead->lock);
  while (lane->full == 0 && !lane->ended) {
    pthread_cond_wait(&ahead->filled, &ahead->lock);
  }
  const struct block *block = lane->full > 0 ? &lane->blocks[lane->first] : NULL;
  pthread_mutex_unlock(&ahead->lock);
  return block;
}

static void give_back(struct lane *lane) {
  struct sift_read_ahead *ahead = lane->ahead;
  pthread_mutex_lock(&ahead->lock);
  lane->first = (lane->first + 1) % ahead->lane_blocks;
  lane->full--;
  lane->taken = 0;
  if (lane->full == ahead->lane_blocks / 2) { /* for a single block it is not worth while to wake the thread */
    pthread_cond_signal(&ahead->emptied);
  }
  pthread_mutex_unlock(&ahead->lock);
}

static enum sift_status read_lane(void *context, char *buffer, size_t size, size_t *got) {
  struct lane *lane = context;
  if (!lane->ahead->started) {
    return lane->input.read(lane->input.context, buffer, size, got);
  }
  const struct block *block = wait_for_block(lane);
  *got = 0;
  if (block == NULL) {
    errno = lane->error_number;
    return lane->status;
  }
  size_t left = block->size - lane->taken;
  *got = size < left ? size : left;
  memcpy(buffer, block->bytes + lane->taken, *got);
  lane->taken += *got;
  if (lane->taken == block->size) {
    give_back(lane);
  }
  return SIFT_OK;
}

struct sift_state_input sift_read_ahead_input(struct sift_read_ahead *ahead, size_t index) {
  struct lane *lane = &ahead->lanes[index];
  return (struct sift_state_input){.read = read_lane, .context = lane, .content = lane->input.content};
}

/* ---- lifecycle ---- */

enum sift_status sift_read_ahead_new(struct sift_read_ahead **out, const struct sift_state_input *inputs, size_t count) {
  *out = NULL;
  struct sift_read_ahead *ahead = calloc(1, sizeof *ahead + count * sizeof ahead->lanes[0]);
  if (ahead == NULL) {
    return SIFT_ENOMEM;
  }
  pthread_mutex_init(&ahead->lock, NULL);
  pthread_cond_init(&ahead->filled, NULL);
  pthread_cond_init(&ahead->emptied, NULL);
  ahead->lane_blocks = count < BLOCKS / LANE_BLOCKS_MAX   ? LANE_BLOCKS_MAX
                       : count > BLOCKS / LANE_BLOCKS_MIN ? LANE_BLOCKS_MIN
                                                          : BLOCKS / count;
  ahead->count = count;
  for (size_t i = 0; i < count; i++) {
    ahead->lanes[i] =
        (struct lane){.ahead = ahead, .input = inputs[i], .blocks = malloc(ahead->lane_blocks * sizeof(struct block))};
    if (ahead->lanes[i].blocks == NULL) {
      sift_read_ahead_free(ahead);
      return SIFT_ENOMEM;
    }
  }
  ahead->started = pthread_create(&ahead->thread, NULL, run, ahead) == 0;
  *out = ahead;
  return SIFT_OK;
}

void sift_read_ahead_free(struct sift_read_ahead *ahead) {
  if (ahead == NULL) {
    return;
  }
  if (ahead->started) {
    pthread_mutex_lock(&ahead->lock);
    ahead->stop = true;
    pthread_cond_signal(&ahead->emptied);
    pthread_mutex_unlock(&ahead->lock);
    pthread_join(ahead->thread, NULL);
  }
  for (size_t i = 0; i < ahead->count; i++) {
    free(ahead->lanes[i].blocks);
  }
  pthread_cond_destroy(&ahead->emptied);
  pthread_cond_destroy(&ahead->filled);
  pthread_mutex_destroy(&ahead->lock);
  free(ahead);
}
