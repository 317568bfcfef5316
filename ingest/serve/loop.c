#include "ingest/serve/loop.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "ingest/serve/loop_internal.h"

enum { NS_A_MS = 1000000, CHECK_MS = 500, SLOW_TICK_MS = 250 };

int64_t sift_monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t sift_realtime_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void sift_loop_fatal(struct sift_loop *loop, enum sift_status status) {
  loop->hub->fatal(loop->hub->context, status);
}

static int set_tick(struct sift_loop *loop, bool hurried) {
  unsigned ms = !hurried ? SLOW_TICK_MS : loop->hub->gather_ms > 0 ? loop->hub->gather_ms : 1;
  const struct timeval period = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};
  loop->hurried = hurried;
  return event_add(loop->tick, &period);
}

static void hurry(struct sift_loop *loop) {
  if (!loop->hurried && set_tick(loop, true) != 0) {
    sift_loop_fatal(loop, SIFT_ENOMEM);
  }
}

void sift_loop_hear(struct sift_loop *loop) {
  loop->heard = true;
  hurry(loop);
}

void sift_loop_hold(struct sift_loop *loop, size_t bytes) {
  loop->queued += bytes;
  sift_budget_take(&loop->hub->budget, bytes);
  sift_count_set(&loop->counters.queued_bytes, loop->queued);
}

void sift_loop_drop(struct sift_loop *loop, size_t bytes) {
  assert(bytes <= loop->queued);
  loop->queued -= bytes;
  sift_budget_give(&loop->hub->budget, bytes);
  sift_count_set(&loop->counters.queued_bytes, loop->queued);
}

/* ---- lifecycle ---- */

static void on_wake(evutil_socket_t fd, short what, void *context);
static void on_tick(evutil_socket_t fd, short what, void *context);

static enum sift_status make_events(struct sift_loop *loop) {
  loop->base = event_base_new();
  loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (loop->base == NULL || loop->wake_fd < 0) {
    return SIFT_ENOMEM;
  }
  loop->wake_event = event_new(loop->base, loop->wake_fd, EV_READ | EV_PERSIST, on_wake, loop);
  loop->tick = event_new(loop->base, -1, EV_PERSIST, on_tick, loop);
  bool made = loop->wake_event != NULL && loop->tick != NULL && event_add(loop->wake_event, NULL) == 0;
  return made ? SIFT_OK : SIFT_ENOMEM;
}

static enum sift_status make_buffers(struct sift_loop *loop, uint64_t offset) {
  size_t ports = loop->hub->port_count;
  loop->intakes = calloc(ports + 1, sizeof *loop->intakes);
  loop->cache = calloc(1, sizeof *loop->cache);
  loop->inbox = malloc(SIFT_INBOX_BYTES + SIFT_PADDING);
  if (loop->intakes == NULL || loop->cache == NULL || loop->inbox == NULL) {
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < ports; i++) {
    loop->intakes[i].gather.offset = offset;
    sift_acks_init(&loop->intakes[i].acks);
  }
  return loop->hub->journal != NULL ? sift_journal_packer_new(&loop->packer, 0) : SIFT_OK;
}

enum sift_status sift_loop_new(struct sift_loop **out, struct sift_hub *hub, unsigned number, const struct sift_database *database,
                               uint64_t offset) {
  *out = NULL;
  struct sift_loop *loop = calloc(1, sizeof *loop);
  if (loop == NULL) {
    return SIFT_ENOMEM;
  }
  loop->hub = hub;
  loop->number = number;
  loop->wake_fd = -1;
  pthread_mutex_init(&loop->lock, NULL);
  sift_protocol_scratch_init(&loop->scratch);
  sift_cleaner_init(&loop->cleaner);
  sift_acks_init(&loop->waiting);
  sift_acks_init(&loop->elsewhere);
  sift_arena_init(&loop->names);
  enum sift_status status = make_events(loop);
  status = status == SIFT_OK ? make_buffers(loop, offset) : status;
  status = status == SIFT_OK ? sift_loop_worker(loop, database) : status;
  if (status != SIFT_OK) {
    sift_loop_free(loop);
    return status;
  }
  *out = loop;
  return SIFT_OK;
}

static void free_newcomers(struct sift_loop *loop) {
  while (loop->newcomers != NULL) {
    struct sift_newcomer *newcomer = loop->newcomers;
    loop->newcomers = newcomer->next;
    close(newcomer->fd);
    free(newcomer);
    atomic_fetch_sub_explicit(&loop->hub->connections, 1, memory_order_relaxed);
  }
}

static void free_intakes(struct sift_loop *loop) {
  for (size_t i = 0; loop->intakes != NULL && i < loop->hub->port_count; i++) {
    sift_gather_release(&loop->intakes[i].gather);
    sift_acks_release(loop, &loop->intakes[i].acks);
    free(loop->intakes[i].chunks);
  }
  free(loop->intakes);
}

void sift_loop_free(struct sift_loop *loop) {
  if (loop == NULL) {
    return;
  }
  assert(!loop->started);
  while (loop->conns != NULL) {
    sift_conn_close(loop->conns, SIFT_CLOSE_SHUTDOWN);
  }
  free_newcomers(loop);
  free_intakes(loop);
  sift_acks_release(loop, &loop->waiting);
  sift_acks_release(loop, &loop->elsewhere);
  sift_worker_free(loop->worker);
  sift_journal_packer_free(loop->packer);
  sift_protocol_scratch_release(&loop->scratch);
  sift_cleaner_release(&loop->cleaner);
  sift_pack_release(&loop->events);
  sift_pack_release(&loop->header);
  sift_arena_release(&loop->names);
  free(loop->lines);
  free(loop->cache);
  free(loop->inbox);
  if (loop->wake_event != NULL) {
    event_free(loop->wake_event);
  }
  if (loop->tick != NULL) {
    event_free(loop->tick);
  }
  if (loop->base != NULL) {
    event_base_free(loop->base);
  }
  if (loop->wake_fd >= 0) {
    close(loop->wake_fd);
  }
  pthread_mutex_destroy(&loop->lock);
  free(loop);
}

/* ---- from other threads ---- */

void sift_loop_wake(struct sift_loop *loop) {
  uint64_t one = 1;
  ssize_t put = write(loop->wake_fd, &one, sizeof one);
  (void)put; /* full: it is awake */
}

void sift_loop_adopt(struct sift_loop *loop, size_t port, int fd, const char *peer) {
  size_t len = strlen(peer) + 1;
  struct sift_newcomer *newcomer = malloc(sizeof *newcomer + len);
  if (newcomer == NULL) {
    close(fd);
    return;
  }
  *newcomer = (struct sift_newcomer){.port = port, .fd = fd};
  memcpy(newcomer->peer, peer, len);
  atomic_fetch_add_explicit(&loop->open, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&loop->hub->connections, 1, memory_order_relaxed);
  pthread_mutex_lock(&loop->lock);
  newcomer->next = loop->newcomers;
  loop->newcomers = newcomer;
  pthread_mutex_unlock(&loop->lock);
  sift_loop_wake(loop);
}

uint64_t sift_loop_connections(const struct sift_loop *loop) {
  return atomic_load_explicit(&loop->open, memory_order_relaxed);
}

void sift_loop_swap(struct sift_loop *loop, const struct sift_database *database) {
  atomic_store_explicit(&loop->next_database, database, memory_order_release);
  sift_loop_wake(loop);
}

const struct sift_database *sift_loop_database(const struct sift_loop *loop) {
  return atomic_load_explicit(&loop->database, memory_order_acquire);
}

int64_t sift_loop_beat_ns(const struct sift_loop *loop) {
  return atomic_load_explicit(&loop->beat_ns, memory_order_relaxed);
}

const struct sift_loop_counters *sift_loop_counters(const struct sift_loop *loop) {
  return &loop->counters;
}

void sift_loop_stop(struct sift_loop *loop, unsigned timeout_ms) {
  atomic_store_explicit(&loop->stop_timeout_ms, timeout_ms, memory_order_relaxed);
  atomic_store_explicit(&loop->stopping, true, memory_order_release);
  sift_loop_wake(loop);
}

/* ---- in its own thread ---- */

static void take_newcomers(struct sift_loop *loop) {
  pthread_mutex_lock(&loop->lock);
  struct sift_newcomer *newcomer = loop->newcomers;
  loop->newcomers = NULL;
  pthread_mutex_unlock(&loop->lock);
  while (newcomer != NULL) {
    struct sift_newcomer *next = newcomer->next;
    sift_conn_adopt(loop, newcomer->port, newcomer->fd, newcomer->peer);
    free(newcomer);
    newcomer = next;
  }
}

static void flush(struct sift_loop *loop) {
  enum sift_status status = sift_loop_flush_all(loop);
  if (status != SIFT_OK) {
    sift_loop_fatal(loop, status);
  }
  sift_acks_send(loop);
}

static void swap(struct sift_loop *loop) {
  const struct sift_database *next = atomic_exchange_explicit(&loop->next_database, NULL, memory_order_acq_rel);
  if (next == NULL) {
    return;
  }
  flush(loop); /* streams are numbered anew */
  enum sift_status status = sift_loop_worker(loop, next);
  if (status != SIFT_OK) {
    sift_loop_fatal(loop, status);
  }
}

/* Reading stops and goes on for all connections of the loop alike. */
static void pace(struct sift_loop *loop) {
  const struct sift_hub *hub = loop->hub;
  bool pause = !hub->drop_newest && (loop->paused ? !sift_hub_relaxed(hub) : sift_hub_over(hub));
  if (pause == loop->paused) {
    return;
  }
  loop->paused = pause;
  uint64_t count = 0;
  for (struct sift_conn *conn = loop->conns; conn != NULL; conn = conn->next) {
    sift_conn_pause(conn, pause);
    count++;
  }
  sift_count_set(&loop->counters.paused, pause ? count : 0);
  sift_note_say(loop->hub->note, pause ? SIFT_NOTE_WARNING : SIFT_NOTE_INFO, SIFT_NOTE_CONNECTION,
                pause ? "loop %u: the memory limit is reached: nothing is read until there is room" : "loop %u: reads on",
                loop->number);
}

/* The end: what has come is read and handed on, acks are waited for. */
static void stop(struct sift_loop *loop, int64_t now_ns) {
  if (loop->stop_ns == 0) {
    unsigned timeout_ms = atomic_load_explicit(&loop->stop_timeout_ms, memory_order_relaxed);
    loop->stop_ns = now_ns + (int64_t)timeout_ms * NS_A_MS;
    for (struct sift_conn *conn = loop->conns, *next = NULL; conn != NULL; conn = next) {
      next = conn->next;
      sift_conn_drain(conn);
    }
  }
  flush(loop);
  if (sift_acks_pending(loop) && now_ns < loop->stop_ns) {
    return;
  }
  while (loop->conns != NULL) {
    sift_conn_close(loop->conns, SIFT_CLOSE_SHUTDOWN);
  }
  event_base_loopbreak(loop->base);
}

static void on_wake(evutil_socket_t fd, short what, void *context) {
  struct sift_loop *loop = context;
  uint64_t count = 0;
  (void)what;
  ssize_t got = read(fd, &count, sizeof count);
  (void)got;
  hurry(loop);
  swap(loop);
  take_newcomers(loop);
  sift_acks_send(loop);
  pace(loop);
}

/* Nothing is read, and what holds the memory is waiting for more: without an end of some, nobody would be served again. */
static void shed(struct sift_loop *loop) {
  struct sift_conn *largest = NULL;
  for (struct sift_conn *conn = loop->conns; conn != NULL; conn = conn->next) {
    bool larger = largest == NULL || conn->rest_capacity + conn->held > largest->rest_capacity + largest->held;
    largest = larger ? conn : largest;
  }
  if (largest != NULL && largest->rest_capacity + largest->held > 0) {
    sift_conn_close(largest, SIFT_CLOSE_MEMORY);
  }
}

static void check_all(struct sift_loop *loop, int64_t now_ns) {
  static const int64_t period = (int64_t)CHECK_MS * NS_A_MS;
  if (now_ns - loop->checked_ns < period) {
    return;
  }
  loop->checked_ns = now_ns;
  for (struct sift_conn *conn = loop->conns, *next = NULL; conn != NULL; conn = next) {
    next = conn->next;
    sift_conn_check(conn, now_ns);
  }
  bool stuck = loop->paused || sift_hub_over(loop->hub);
  if (stuck && sift_conn_starving(loop->hub)) {
    shed(loop);
  }
}

/* Whether the next tick has something to do, or may have soon. */
static bool busy(const struct sift_loop *loop) {
  bool is_busy = loop->heard || loop->paused || loop->stop_ns != 0 || sift_acks_pending(loop);
  for (size_t port = 0; port < loop->hub->port_count && !is_busy; port++) {
    const struct sift_intake *intake = &loop->intakes[port];
    is_busy = !sift_gather_empty(&intake->gather) || intake->damage.any || intake->chunk_count > 0;
  }
  return is_busy;
}

/* Each few milliseconds while anything comes: what was gathered has waited long enough. */
static void on_tick(evutil_socket_t fd, short what, void *context) {
  struct sift_loop *loop = context;
  (void)fd;
  (void)what;
  int64_t now_ns = sift_monotonic_ns();
  atomic_store_explicit(&loop->beat_ns, now_ns, memory_order_relaxed);
  loop->heard = false;
  flush(loop);
  pace(loop);
  check_all(loop, now_ns);
  if (atomic_load_explicit(&loop->stopping, memory_order_acquire)) {
    stop(loop, now_ns);
  }
  if (busy(loop) != loop->hurried && set_tick(loop, !loop->hurried) != 0) {
    sift_loop_fatal(loop, SIFT_ENOMEM);
  }
}

static void *run(void *context) {
  struct sift_loop *loop = context;
  event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY);
  return NULL;
}

enum sift_status sift_loop_start(struct sift_loop *loop) {
  if (set_tick(loop, true) != 0) {
    return SIFT_ENOMEM;
  }
  loop->started = pthread_create(&loop->thread, NULL, run, loop) == 0;
  return loop->started ? SIFT_OK : SIFT_ENOMEM;
}

void sift_loop_join(struct sift_loop *loop) {
  if (loop->started) {
    pthread_join(loop->thread, NULL);
    loop->started = false;
  }
}
