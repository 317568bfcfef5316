#include "ingest/serve/server.h"

#include <event2/thread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "ingest/scan.h"
#include "ingest/serve/http_listen.h"
#include "ingest/serve/loop_internal.h"
#include "ingest/serve/server_internal.h"
#include "ingest/serve/systemd.h"

/* A loop that has not ticked for so long hangs: the longest scan of a batch takes far less. */
enum { BEAT_MS = 10000 };

enum { TICK_MS = 100, DRAIN_MS = 5000, MIB = 1024 * 1024 };

struct sift_server_config sift_server_config_usual(void) {
  return (struct sift_server_config){
      .loops = sift_cores(),
      .memory_limit = (size_t)512 * MIB,
      .connections_max = 10000,
      .limits = sift_live_limits_usual(),
      .gather_ms = 5,
      .frame_timeout_ms = 60 * 1000,
      .idle_timeout_ms = 3600 * 1000,
      .spaces_max = 1000000,
      .view_ms = 1000,
      .checkpoint_ms = 60 * 1000,
      .segment_bytes = (uint64_t)64 * MIB,
      .keep_bytes = (uint64_t)1024 * MIB,
      .keep_age_ns = (int64_t)7 * 24 * 3600 * 1000000000,
      .chunk_age_ns = (int64_t)24 * 3600 * 1000000000,
  };
}

/* ---- setting up ---- */

static void on_fatal(void *context, enum sift_status status) {
  struct sift_server *server = context;
  uint64_t one = 1;
  int none = SIFT_OK;
  atomic_compare_exchange_strong(&server->fatal, &none, (int)status);
  ssize_t put = write(server->wake_fd, &one, sizeof one);
  (void)put;
}

static void set_up_hub(struct sift_server *server) {
  const struct sift_server_config *config = &server->config;
  server->hub.limits = config->limits;
  server->hub.gather_ms = config->gather_ms;
  server->hub.frame_timeout_ms = config->frame_timeout_ms;
  server->hub.idle_timeout_ms = config->idle_timeout_ms;
  server->hub.connections_max = config->connections_max;
  server->hub.drop_newest = config->drop_newest;
  server->hub.budget.limit = config->memory_limit;
  server->hub.note = config->note;
  server->hub.fatal = on_fatal;
  server->hub.context = server;
  server->counters.memory_limit_bytes = config->memory_limit;
}

static enum sift_status make_ports(struct sift_server *server, bool open, char error[SIFT_SERVER_ERROR_BYTES]) {
  const struct sift_server_config *config = &server->config;
  if (config->listener_count > SIFT_LISTENERS_MAX) {
    snprintf(error, SIFT_SERVER_ERROR_BYTES, "there are %zu listeners; at most %d can be had", config->listener_count,
             SIFT_LISTENERS_MAX);
    return SIFT_EINVAL;
  }
  server->hub.ports = calloc(config->listener_count + 1, sizeof *server->hub.ports);
  enum sift_status status = server->hub.ports != NULL ? SIFT_OK : SIFT_ENOMEM;
  for (size_t i = 0; i < config->listener_count && status == SIFT_OK; i++) {
    struct sift_port *port = &server->hub.ports[i];
    status = sift_port_prepare(port, &config->listeners[i], &server->arena, error);
    if (status == SIFT_OK) {
      server->hub.port_count++;
      status = open ? sift_port_open(port, &server->arena, error) : SIFT_OK;
    }
  }
  return status;
}

static enum sift_status make_loops(struct sift_server *server) {
  uint64_t offset = sift_applier_replayed_offset(server->hub.applier);
  unsigned count = server->config.loops < SIFT_LOOPS_MAX ? server->config.loops : SIFT_LOOPS_MAX;
  enum sift_status status = SIFT_OK;
  for (unsigned i = 0; i < count && status == SIFT_OK; i++) {
    status = sift_loop_new(&server->loops[i], &server->hub, i, server->rules->database, offset);
    server->loop_count += status == SIFT_OK;
  }
  return status;
}

static enum sift_status make_lookout(struct sift_server *server, char error[SIFT_SERVER_ERROR_BYTES]) {
  const struct sift_lookout_config config = {
      .facts = server->config.facts,
      .status = server->config.status,
      .note = server->config.note,
      .counters = &server->counters,
  };
  bool wanted = config.facts != NULL || config.status != NULL;
  return wanted ? sift_lookout_new(&server->lookout, &config, error) : SIFT_OK;
}

static enum sift_status make_keeper(struct sift_server *server) {
  const struct sift_keeper_config config = {
      .hub = &server->hub,
      .loops = server->loops,
      .counters = &server->counters,
      .lookout = server->lookout,
      .spaces_max = server->config.spaces_max,
      .view_ms = server->config.view_ms,
      .checkpoint_ms = server->config.checkpoint_ms,
  };
  return sift_keeper_new(&server->keeper, &config, server->rules);
}

static enum sift_status set_up(struct sift_server *server, char error[SIFT_SERVER_ERROR_BYTES]) {
  const struct sift_server_config *config = &server->config;
  server->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  server->base = event_base_new();
  enum sift_status status = server->wake_fd >= 0 && server->base != NULL ? SIFT_OK : SIFT_ENOMEM;
  status = status == SIFT_OK ? config->rules.load(config->rules.context, &server->rules, error) : status;
  status = status == SIFT_OK ? sift_chunk_ids_new(&server->hub.ids, 0, config->chunk_age_ns) : status;
  status = status == SIFT_OK ? sift_drops_new(&server->hub.drops) : status;
  status = status == SIFT_OK ? make_ports(server, true, error) : status;
  status = status == SIFT_OK ? make_lookout(server, error) : status;
  status = status == SIFT_OK ? make_keeper(server) : status;
  status = status == SIFT_OK ? sift_server_take_up(server, error) : status;
  status = status == SIFT_OK ? make_loops(server) : status;
  if (status == SIFT_OK) {
    sift_keeper_attach(server->keeper, server->loop_count, server->checkpoints);
  }
  return status;
}

enum sift_status sift_server_new(struct sift_server **out, const struct sift_server_config *config,
                                 char error[SIFT_SERVER_ERROR_BYTES]) {
  sigset_t signals;
  *out = NULL;
  error[0] = '\0';
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of the write, as a full disk is */
  sigemptyset(&signals);
  sigaddset(&signals, SIGHUP);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, NULL); /* for the threads to come; the main loop lets them in */
  evthread_use_pthreads();
  struct sift_server *server = calloc(1, sizeof *server);
  if (server == NULL) {
    return SIFT_ENOMEM;
  }
  server->config = *config;
  server->wake_fd = -1;
  server->started_ns = sift_realtime_ns();
  sift_arena_init(&server->arena);
  set_up_hub(server);
  enum sift_status status = set_up(server, error);
  if (status != SIFT_OK) {
    if (error[0] == '\0') {
      snprintf(error, SIFT_SERVER_ERROR_BYTES, "%s", sift_status_text(status));
    }
    sift_server_free(server);
    return status;
  }
  *out = server;
  return SIFT_OK;
}

static void free_events(struct sift_server *server) {
  sift_server_accept_end(server);
  struct event *events[] = {server->signals[0], server->signals[1], server->signals[2], server->tick, server->wake_event};
  for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
    if (events[i] != NULL) {
      event_free(events[i]);
    }
  }
  if (server->base != NULL) {
    event_base_free(server->base);
  }
  if (server->wake_fd >= 0) {
    close(server->wake_fd);
  }
}

void sift_server_free(struct sift_server *server) {
  if (server == NULL) {
    return;
  }
  sift_http_stop(server->http);
  free_events(server);
  for (unsigned i = 0; i < server->loop_count; i++) {
    sift_loop_free(server->loops[i]);
  }
  sift_applier_free(server->hub.applier);
  sift_keeper_free(server->keeper);
  sift_lookout_free(server->lookout);
  sift_journal_free(server->hub.journal);
  sift_checkpoints_free(server->checkpoints);
  sift_chunk_ids_free(server->hub.ids);
  sift_drops_free(server->hub.drops);
  for (size_t i = 0; i < server->hub.port_count; i++) {
    sift_port_release(&server->hub.ports[i]);
  }
  free(server->hub.ports);
  sift_rulebox_release(server->rules);
  sift_arena_release(&server->arena);
  free(server);
}

enum sift_status sift_server_check(const struct sift_server_config *config, char error[SIFT_SERVER_ERROR_BYTES]) {
  struct sift_server server = {.config = *config, .wake_fd = -1};
  sift_arena_init(&server.arena);
  error[0] = '\0';
  enum sift_status status = make_ports(&server, false, error);
  if (status == SIFT_OK && config->http != NULL) {
    status = sift_http_listen_check(config->http, config->token_file, error, SIFT_SERVER_ERROR_BYTES);
  }
  status = status == SIFT_OK ? make_lookout(&server, error) : status;
  status = status == SIFT_OK ? config->rules.load(config->rules.context, &server.rules, error) : status;
  for (size_t i = 0; i < server.hub.port_count; i++) {
    sift_port_release(&server.hub.ports[i]);
  }
  free(server.hub.ports);
  sift_lookout_free(server.lookout);
  sift_rulebox_release(server.rules);
  sift_arena_release(&server.arena);
  if (status != SIFT_OK && error[0] == '\0') {
    snprintf(error, SIFT_SERVER_ERROR_BYTES, "%s", sift_status_text(status));
  }
  return status;
}

/* ---- signals ---- */

static void *reload(void *context) {
  struct sift_server *server = context;
  struct sift_rulebox *rules = NULL;
  char error[SIFT_SERVER_ERROR_BYTES] = "";
  enum sift_status status = server->config.rules.load(server->config.rules.context, &rules, error);
  if (status == SIFT_OK) {
    sift_keeper_reload(server->keeper, rules);
  } else {
    sift_count(&server->counters.reloads_failed, 1);
    sift_note_say(server->hub.note, SIFT_NOTE_ERROR, SIFT_NOTE_ALWAYS, "the rules stay as they are: %s", error);
  }
  atomic_store(&server->reload_done, true);
  return NULL;
}

/* Compiling takes seconds: aside, in a thread of its own. A signal that comes meanwhile asks for nothing else. */
static void on_hup(evutil_socket_t fd, short what, void *context) {
  struct sift_server *server = context;
  (void)fd;
  (void)what;
  sift_keeper_look(server->keeper);
  if (server->reloading && !atomic_load(&server->reload_done)) {
    sift_note_say(server->hub.note, SIFT_NOTE_WARNING, SIFT_NOTE_ALWAYS,
                  "the rules are being read already: send SIGHUP again later");
    return;
  }
  if (server->reloading) {
    pthread_join(server->reloader, NULL);
  }
  atomic_store(&server->reload_done, false);
  server->reloading = pthread_create(&server->reloader, NULL, reload, server) == 0;
}

static void on_end(evutil_socket_t fd, short what, void *context) {
  struct sift_server *server = context;
  (void)fd;
  (void)what;
  event_base_loopbreak(server->base);
}

static void on_wake(evutil_socket_t fd, short what, void *context) {
  struct sift_server *server = context;
  uint64_t count = 0;
  (void)what;
  ssize_t got = read(fd, &count, sizeof count);
  (void)got;
  event_base_loopbreak(server->base);
}

/* Whether all loops go round: one that hangs must not be covered up by this thread, which still does. */
static bool all_beat(const struct sift_server *server, int64_t now_ns) {
  for (unsigned i = 0; i < server->loop_count; i++) {
    int64_t beat_ns = sift_loop_beat_ns(server->loops[i]);
    if (beat_ns != 0 && now_ns - beat_ns > (int64_t)BEAT_MS * 1000000) {
      return false;
    }
  }
  return true;
}

static void on_tick(evutil_socket_t fd, short what, void *context) {
  struct sift_server *server = context;
  (void)fd;
  (void)what;
  int64_t now_ns = sift_monotonic_ns();
  sift_server_accept_tick(server, now_ns);
  uint64_t watchdog_us = sift_systemd_watchdog_us();
  if (watchdog_us > 0 && all_beat(server, now_ns) && (now_ns - server->barked_ns) / 1000 >= (int64_t)(watchdog_us / 2)) {
    server->barked_ns = now_ns;
    sift_systemd_tell("WATCHDOG=1");
  }
  enum sift_status status = sift_applier_status(server->hub.applier);
  if (status != SIFT_OK) {
    on_fatal(server, status);
  }
}

static enum sift_status make_events(struct sift_server *server) {
  static const struct timeval period = {.tv_usec = (suseconds_t)TICK_MS * 1000};
  server->signals[0] = evsignal_new(server->base, SIGHUP, on_hup, server);
  server->signals[1] = evsignal_new(server->base, SIGTERM, on_end, server);
  server->signals[2] = evsignal_new(server->base, SIGINT, on_end, server);
  server->tick = event_new(server->base, -1, EV_PERSIST, on_tick, server);
  server->wake_event = event_new(server->base, server->wake_fd, EV_READ | EV_PERSIST, on_wake, server);
  for (int i = 0; i < 3; i++) {
    if (server->signals[i] == NULL || event_add(server->signals[i], NULL) != 0) {
      return SIFT_ENOMEM;
    }
  }
  bool made = server->tick != NULL && server->wake_event != NULL && event_add(server->tick, &period) == 0 &&
              event_add(server->wake_event, NULL) == 0;
  return made ? sift_server_accept(server) : SIFT_ENOMEM;
}

/* ---- from start to end ---- */

static enum sift_status start(struct sift_server *server, char error[SIFT_SERVER_ERROR_BYTES]) {
  enum sift_status status = sift_keeper_start(server->keeper);
  status = status == SIFT_OK ? sift_applier_start(server->hub.applier) : status;
  status = status == SIFT_OK ? sift_server_http(server, error) : status;
  for (unsigned i = 0; i < server->loop_count && status == SIFT_OK; i++) {
    status = sift_loop_start(server->loops[i]);
  }
  return status == SIFT_OK ? make_events(server) : status;
}

static void greet(struct sift_server *server) {
  struct sift_note *note = server->hub.note;
  for (size_t i = 0; i < server->hub.port_count; i++) {
    sift_note_say(note, SIFT_NOTE_INFO, SIFT_NOTE_ALWAYS, "listening at %s", server->hub.ports[i].bound);
  }
  if (server->hub.journal == NULL) {
    sift_note_say(note, SIFT_NOTE_WARNING, SIFT_NOTE_ALWAYS,
                  "no --data-dir: acks follow the scan, and nothing outlasts this process");
  }
  const struct sift_ruleset *ruleset = server->rules->ruleset;
  sift_note_say(note, SIFT_NOTE_INFO, SIFT_NOTE_ALWAYS, "spacesift %s serves: rules %s %s, %zu of them, %u loops", SIFT_VERSION,
                ruleset->name, ruleset->version, ruleset->rule_count, server->loop_count);
  sift_systemd_tell("READY=1");
}

static void stop_loops(struct sift_server *server) {
  for (unsigned i = 0; i < server->loop_count; i++) {
    sift_loop_stop(server->loops[i], DRAIN_MS);
  }
  for (unsigned i = 0; i < server->loop_count; i++) {
    sift_loop_join(server->loops[i]);
  }
}

/* In the order of the way of the data: nothing that is under way is lost. */
static enum sift_status stop(struct sift_server *server) {
  server->stopping = true;
  sift_systemd_tell("STOPPING=1");
  sift_server_accept_end(server);
  sift_keeper_settle(server->keeper);
  stop_loops(server);
  if (server->reloading) {
    pthread_join(server->reloader, NULL);
    server->reloading = false;
  }
  atomic_store_explicit(&server->hub.tap, NULL, memory_order_release);
  sift_applier_stop(server->hub.applier);
  return sift_keeper_stop(server->keeper);
}

enum sift_status sift_server_run(struct sift_server *server, char error[SIFT_SERVER_ERROR_BYTES]) {
  sigset_t signals;
  error[0] = '\0';
  enum sift_status status = start(server, error);
  if (status == SIFT_OK) {
    server->serving = true;
    greet(server);
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
    event_base_dispatch(server->base);
    status = (enum sift_status)server->fatal;
  }
  enum sift_status stopped = stop(server);
  status = status == SIFT_OK ? stopped : status;
  if (status != SIFT_OK && error[0] == '\0') {
    snprintf(error, SIFT_SERVER_ERROR_BYTES, "%s", sift_status_text(status));
  }
  return status;
}
