#include "tools/measure/marginal.h"

#include <stdlib.h>
#include <string.h>

enum { GROUPS_AT_FIRST = 8 };

/* A group under work. */
enum state {
  STATE_OPEN,  /* measured, gains: may be halved */
  STATE_DONE,  /* gains, and is not to be halved further */
  STATE_SMALL, /* does not gain */
};

struct task {
  uint32_t first, count;
  struct sift_ratio gain;
  enum state state;
};

struct search {
  const struct sift_marginal_config *config;
  struct task *tasks;
  size_t task_count;
  unsigned measurements;
};

static bool matters(const struct search *search, const struct sift_ratio *gain) {
  return gain->low > 1 && gain->value >= 1 + search->config->gain_min;
}

static enum sift_status measure(struct search *search, uint32_t first, uint32_t count, struct task *out) {
  *out = (struct task){.first = first, .count = count};
  search->measurements++;
  enum sift_status status = search->config->measure(search->config->context, search->config->order + first, count, &out->gain);
  out->state = !matters(search, &out->gain) ? STATE_SMALL : count == 1 ? STATE_DONE : STATE_OPEN;
  return status;
}

/* Measurements that are left, when one is kept for each group that was found. */
static unsigned left(const struct search *search) {
  unsigned kept = 0;
  for (size_t i = 0; i < search->task_count; i++) {
    kept += search->tasks[i].state != STATE_SMALL;
  }
  unsigned used = search->measurements + kept;
  return used < search->config->measurements_max ? search->config->measurements_max - used : 0;
}

static enum sift_status add_range(struct search *search, size_t first, size_t count, size_t parts) {
  enum sift_status status = SIFT_OK;
  for (size_t i = 0; i < parts && status == SIFT_OK; i++) {
    size_t from = first + count * i / parts;
    size_t to = first + count * (i + 1) / parts;
    if (to > from && left(search) >= 2) { /* it, and once more to verify it */
      status = measure(search, (uint32_t)from, (uint32_t)(to - from), &search->tasks[search->task_count++]);
    }
  }
  return status;
}

/* The open group that gains the most. */
static struct task *dearest(struct search *search) {
  struct task *best = NULL;
  for (size_t i = 0; i < search->task_count; i++) {
    struct task *task = &search->tasks[i];
    if (task->state == STATE_OPEN && (best == NULL || task->gain.value > best->gain.value)) {
      best = task;
    }
  }
  return best;
}

/* Two halves in its place. Where neither half gains even a quarter of what both do, as each alone keeps something dear in use, the
 * group stays, and halves that gain something are looked into beside it. */
static enum sift_status halve(struct search *search, struct task *task) {
  struct task halves[2];
  uint32_t half = task->count / 2;
  enum sift_status status = measure(search, task->first, half, &halves[0]);
  if (status == SIFT_OK) {
    status = measure(search, task->first + half, task->count - half, &halves[1]);
  }
  if (status != SIFT_OK) {
    return status;
  }
  double whole = task->gain.value - 1;
  double best = halves[0].gain.value > halves[1].gain.value ? halves[0].gain.value - 1 : halves[1].gain.value - 1;
  bool together = (halves[0].state == STATE_SMALL && halves[1].state == STATE_SMALL) || best < whole / 4;
  size_t kept = 0;
  if (together) {
    task->state = STATE_DONE;
  } else {
    *task = halves[kept++];
  }
  for (; kept < 2; kept++) {
    if (!together || halves[kept].state != STATE_SMALL) {
      search->tasks[search->task_count++] = halves[kept];
    }
  }
  return SIFT_OK;
}

static int by_gain(const void *a, const void *b) {
  const struct sift_marginal_group *x = a;
  const struct sift_marginal_group *y = b;
  if (x->gain.value != y->gain.value) {
    return x->gain.value > y->gain.value ? -1 : 1;
  }
  return (x->first > y->first) - (x->first < y->first);
}

static enum sift_status collect(struct sift_marginal *out, const struct search *search) {
  out->measurements = search->measurements;
  out->groups = calloc(search->task_count + 1, sizeof *out->groups);
  if (out->groups == NULL) {
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < search->task_count; i++) {
    const struct task *task = &search->tasks[i];
    if (task->state != STATE_SMALL) {
      out->groups[out->group_count++] =
          (struct sift_marginal_group){task->first, task->count, task->gain, task->state == STATE_OPEN};
    }
  }
  qsort(out->groups, out->group_count, sizeof *out->groups, by_gain);
  return SIFT_OK;
}

static enum sift_status verify(struct search *search) {
  enum sift_status status = SIFT_OK;
  for (size_t i = 0; i < search->task_count && status == SIFT_OK; i++) {
    struct task *task = &search->tasks[i];
    if (task->state != STATE_SMALL) {
      enum state before = task->state;
      status = measure(search, task->first, task->count, task);
      task->state = task->state == STATE_SMALL ? STATE_SMALL : before;
    }
  }
  return status;
}

enum sift_status sift_marginal_find(struct sift_marginal *out, const struct sift_marginal_config *config) {
  struct search search = {.config = config};
  *out = (struct sift_marginal){0};
  out->order = calloc(config->count + 1, sizeof *out->order);
  search.tasks = calloc(config->measurements_max + 2U, sizeof *search.tasks); /* one a measurement */
  enum sift_status status = out->order != NULL && search.tasks != NULL ? SIFT_OK : SIFT_ENOMEM;
  if (status == SIFT_OK && config->count > 0) {
    memcpy(out->order, config->order, config->count * sizeof *out->order);
    status = add_range(&search, 0, config->first, 1);
  }
  size_t grouped = config->first + config->second;
  if (status == SIFT_OK && config->count > 0) {
    status = add_range(&search, config->first, config->second, 1);
  }
  if (status == SIFT_OK) {
    status = add_range(&search, grouped, config->count - grouped, GROUPS_AT_FIRST);
  }
  struct task *task = NULL;
  while (status == SIFT_OK && left(&search) >= 3 && (task = dearest(&search)) != NULL) {
    status = halve(&search, task);
  }
  if (status == SIFT_OK) {
    status = verify(&search);
  }
  if (status == SIFT_OK) {
    status = collect(out, &search);
  }
  free(search.tasks);
  if (status != SIFT_OK) {
    sift_marginal_release(out);
  }
  return status;
}

void sift_marginal_release(struct sift_marginal *marginal) {
  free(marginal->order);
  free(marginal->groups);
  *marginal = (struct sift_marginal){0};
}
