/* An event loop with two listeners and an applier, driven step by step in the test's own thread. Included behind cmocka.h. */
#ifndef SIFT_TESTS_LOOP_SUPPORT_H
#define SIFT_TESTS_LOOP_SUPPORT_H

#include <event2/event.h>
#include <poll.h>
#include <sys/socket.h>

#include "ingest/serve/loop_internal.h"
#include "tests/support/live_worker.h"
#include "tests/unit/serve_support.h"

enum { PORT_LINES, PORT_FORWARD, PORTS };

struct world {
  struct sift_ruleset *ruleset;
  struct sift_database *database;
  struct sift_port ports[PORTS];
  struct sift_hub hub;
  struct sift_loop *loop;
  enum sift_status fatal;
  char path[TEST_PATH_BYTES]; /* of the journal; "": none */
  struct test_disk disk;
};

static inline void world_fatal(void *context, enum sift_status status) {
  ((struct world *)context)->fatal = status;
}

static inline void world_port(struct world *world, size_t number, enum sift_protocol_kind kind, const char *name) {
  char error[256];
  struct sift_port *port = &world->ports[number];
  const char *space = kind == SIFT_PROTOCOL_FORWARD ? "{space}" : "a/b";
  *port = (struct sift_port){.config = {.name = name, .kind = kind}, .fd = -1, .bound = name};
  assert_int_equal(sift_origin_new(&port->origin, kind, space, "build", NULL, kind == SIFT_PROTOCOL_FORWARD ? "{log}" : NULL, error,
                                   sizeof error),
                   SIFT_OK);
}

static inline void world_applier(struct world *world) {
  const struct sift_applier_config config = {.database = world->database, .spaces_max = 1000000, .budget = &world->hub.budget};
  assert_int_equal(sift_applier_new(&world->hub.applier, &config), SIFT_OK);
}

static inline int world_set_up(void **state) {
  struct world *world = calloc(1, sizeof *world);
  world->ruleset = test_ruleset(live_rules, LIVE_RULES);
  world->database = test_database(world->ruleset);
  world_port(world, PORT_LINES, SIFT_PROTOCOL_LINES, "tcp://test");
  world_port(world, PORT_FORWARD, SIFT_PROTOCOL_FORWARD, "forward://test");
  world->hub.ports = world->ports;
  world->hub.port_count = PORTS;
  world->hub.limits = sift_live_limits_usual();
  world->hub.gather_ms = 3600000; /* the clock ticks when a test says so, however slow the machine is */
  world->hub.connections_max = 100;
  world->hub.budget.limit = 64 << 20;
  world->hub.fatal = world_fatal;
  world->hub.context = world;
  world_applier(world);
  assert_int_equal(sift_chunk_ids_new(&world->hub.ids, 0, 0), SIFT_OK);
  assert_int_equal(sift_drops_new(&world->hub.drops), SIFT_OK);
  assert_int_equal(sift_loop_new(&world->loop, &world->hub, 0, world->database, 0), SIFT_OK);
  *state = world;
  return 0;
}

/* For loops that run by themselves. */
static inline int world_set_up_ticking(void **state) {
  int failed = world_set_up(state);
  ((struct world *)*state)->hub.gather_ms = 1;
  return failed;
}

static inline int world_tear_down(void **state) {
  struct world *world = *state;
  sift_loop_free(world->loop);
  sift_applier_stop(world->hub.applier);
  sift_applier_free(world->hub.applier);
  sift_journal_free(world->hub.journal);
  assert_int_equal(world->hub.budget.used, 0);
  assert_int_equal(world->hub.connections, 0);
  sift_chunk_ids_free(world->hub.ids);
  sift_drops_free(world->hub.drops);
  for (size_t i = 0; i < PORTS; i++) {
    sift_origin_free(world->ports[i].origin);
  }
  if (world->path[0] != '\0') {
    remove_directory(world->path);
  }
  sift_database_free(world->database);
  sift_ruleset_free(world->ruleset);
  free(world);
  return 0;
}

/* From now on acks wait for a journal, whose disk does what `world->disk` says. The loop is made anew. */
static inline void world_journal(struct world *world) {
  char error[SIFT_JOURNAL_ERROR_BYTES];
  struct sift_journal_found found;
  make_directory(world->path);
  test_disk_init(&world->disk);
  const struct sift_journal_config config = {.directory = world->path, .header = {"head", 4}, .disk = &world->disk.ops};
  assert_int_equal(sift_journal_open(&world->hub.journal, &config, &found, error, sizeof error), SIFT_OK);
  sift_loop_free(world->loop);
  assert_int_equal(sift_loop_new(&world->loop, &world->hub, 0, world->database, 0), SIFT_OK);
}

/* A connection whose other end is returned. Small buffers, so that what is not read is soon too much. */
static inline int world_connect(struct world *world, size_t port) {
  int fds[2];
  int small = 4096;
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
  assert_int_equal(setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof small), 0);
  atomic_fetch_add(&world->loop->open, 1);
  atomic_fetch_add(&world->hub.connections, 1);
  sift_conn_adopt(world->loop, port, fds[1], "peer");
  return fds[0];
}

/* All that can happen now happens. */
static inline void world_turn(struct world *world) {
  for (int i = 0; i < 20; i++) {
    event_base_loop(world->loop->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
  }
}

/* The loop's clock ticks. */
static inline void world_tick(struct world *world) {
  world_turn(world);
  assert_int_equal(sift_loop_flush_all(world->loop), SIFT_OK);
  sift_acks_send(world->loop);
}

static inline void world_send(struct world *world, int fd, const char *bytes, size_t len) {
  while (len > 0) {
    ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
    assert_true(sent > 0 || errno == EAGAIN);
    bytes += sent > 0 ? sent : 0;
    len -= sent > 0 ? (size_t)sent : 0;
    world_turn(world);
  }
}

static inline void world_say(struct world *world, int fd, const char *text) {
  world_send(world, fd, text, strlen(text));
}

/* What has come back so far, as a text; "" for none, "<end>" where the connection is closed. */
static inline const char *world_heard(int fd) {
  static char text[4096];
  ssize_t got = recv(fd, text, sizeof text - 1, MSG_DONTWAIT);
  if (got < 0) {
    assert_int_equal(errno, EAGAIN);
    return "";
  }
  text[got] = '\0';
  return got == 0 ? "<end>" : text;
}

/* What all entries so far come to, open steps aside; to be freed. */
static inline char *world_tally(struct world *world) {
  static struct live_runs runs;
  struct sift_applied applied;
  struct sift_state_buffer state;
  assert_int_equal(sift_applier_start(world->hub.applier), SIFT_OK);
  sift_applier_stop(world->hub.applier);
  assert_int_equal(sift_applier_collect(world->hub.applier, &applied), SIFT_OK);
  memcpy(runs.items, applied.runs, applied.run_count * sizeof *applied.runs);
  runs.count = applied.run_count;
  applied.run_count = 0;
  live_fold(world->ruleset, &runs, &state);
  char *text = live_text(world->ruleset, &state);
  sift_applied_release(&applied);
  sift_state_buffer_release(&state);
  return text;
}

static inline void world_expect(struct world *world, const char *want) {
  char *text = world_tally(world);
  assert_string_equal(text, want);
  free(text);
}

/* [tag, [[1700000000, {"space": space, "log": text}]], {"chunk": chunk}] */
static inline void world_forward(struct world *world, int fd, const char *space, const char *text, const char *chunk) {
  struct sift_pack pack = {0};
  char *at = sift_pack_reserve(&pack, 4096);
  assert_non_null(at);
  at = sift_put_str(sift_put_array(at, chunk != NULL ? 3 : 2), sift_span_of("tag"));
  at = sift_put_map(sift_put_unsigned(sift_put_array(sift_put_array(at, 1), 2), 1700000000), 2);
  at = sift_put_str(sift_put_str(at, sift_span_of("space")), sift_span_of(space));
  at = sift_put_str(sift_put_str(at, sift_span_of("log")), sift_span_of(text));
  if (chunk != NULL) {
    at = sift_put_str(sift_put_str(sift_put_map(at, 1), sift_span_of("chunk")), sift_span_of(chunk));
  }
  sift_pack_commit(&pack, at);
  world_send(world, fd, pack.bytes, pack.len);
  sift_pack_release(&pack);
}

static inline uint64_t world_closed(const struct world *world, size_t port, enum sift_close why) {
  return world->loop->counters.listeners[port].closed[why];
}

#endif
