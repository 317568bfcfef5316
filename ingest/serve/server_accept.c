/* Connections are accepted in one thread and spread over the loops: each goes to the one that has the fewest. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ingest/serve/loop_internal.h"
#include "ingest/serve/server_internal.h"

enum { ACCEPTS_A_TURN = 64, AGAIN_MS = 100 };

static struct sift_loop *idlest(struct sift_server *server) {
  struct sift_loop *best = server->loops[server->next_loop++ % server->loop_count];
  for (unsigned i = 0; i < server->loop_count; i++) {
    if (sift_loop_connections(server->loops[i]) < sift_loop_connections(best)) {
      best = server->loops[i];
    }
  }
  return best;
}

static void refuse(struct sift_server *server, size_t port, enum sift_refusal reason) {
  sift_count(&server->door.listeners[port].refused[reason], 1);
  sift_note_say(server->hub.note, SIFT_NOTE_WARNING, SIFT_NOTE_CONNECTION, "%s: a connection was refused: %s",
                server->hub.ports[port].bound, sift_refusal_name(reason));
}

/* Without a descriptor to spare, the newcomers wait in the system's backlog for a moment. */
static void rest(struct sift_server *server) {
  server->accept_again_ns = sift_monotonic_ns() + (int64_t)AGAIN_MS * 1000000;
  for (size_t i = 0; i < server->hub.port_count; i++) {
    event_del(server->accepts[i]);
  }
}

static void on_connection(evutil_socket_t fd, short what, void *context) {
  struct sift_server *server = context;
  (void)what;
  size_t port = 0;
  while (port < server->hub.port_count && server->hub.ports[port].fd != fd) {
    port++;
  }
  for (unsigned i = 0; i < ACCEPTS_A_TURN && port < server->hub.port_count; i++) {
    char peer[64];
    int accepted = sift_port_accept(&server->hub.ports[port], peer, sizeof peer);
    if (accepted < 0) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        refuse(server, port, SIFT_REFUSED_DESCRIPTORS);
        rest(server);
      }
      return;
    }
    if (atomic_load_explicit(&server->hub.connections, memory_order_relaxed) >= server->hub.connections_max) {
      refuse(server, port, SIFT_REFUSED_LIMIT);
      close(accepted);
      continue;
    }
    sift_loop_adopt(idlest(server), port, accepted, peer);
  }
}

enum sift_status sift_server_accept(struct sift_server *server) {
  for (size_t i = 0; i < server->hub.port_count; i++) {
    server->accepts[i] = event_new(server->base, server->hub.ports[i].fd, EV_READ | EV_PERSIST, on_connection, server);
    if (server->accepts[i] == NULL || event_add(server->accepts[i], NULL) != 0) {
      return SIFT_ENOMEM;
    }
  }
  return SIFT_OK;
}

void sift_server_accept_tick(struct sift_server *server, int64_t now_ns) {
  if (server->accept_again_ns == 0 || now_ns < server->accept_again_ns || server->stopping) {
    return;
  }
  server->accept_again_ns = 0;
  for (size_t i = 0; i < server->hub.port_count; i++) {
    event_add(server->accepts[i], NULL);
  }
}

void sift_server_accept_end(struct sift_server *server) {
  for (size_t i = 0; i < server->hub.port_count; i++) {
    if (server->accepts[i] != NULL) {
      event_free(server->accepts[i]);
      server->accepts[i] = NULL;
    }
  }
}
