/* A process that appends to a journal is killed with SIGKILL again and again. Every number that it told as durable is found again,
 * with what was appended under it, and so is every one before it; nothing comes twice. Prints kills and losses. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ingest/serve/journal.h"
#include "tests/property/random.h"

enum { KILLS = 60, RUN_US_MAX = 40000, QUEUE_BYTES_MAX = 1 << 20, PAYLOAD_BYTES_MAX = 4096, SECONDS_MAX = 8 };

static char directory[256];

static void require(bool holds, const char *what) {
  if (!holds) {
    fprintf(stderr, "journal_kill: %s (%s)\n", what, strerror(errno));
    exit(1);
  }
}

/* What stands under a number: of any length, some of it hard to compress. */
static size_t fill(uint64_t seq, char *out) {
  uint64_t random = seq * 0x9E3779B97F4A7C15U | 1;
  size_t len = (size_t)(random >> 20) % PAYLOAD_BYTES_MAX;
  for (size_t i = 0; i < len; i++) {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    out[i] = (char)(i % 3 == 0 ? 'x' : random);
  }
  return len;
}

static struct sift_journal *open_journal(void (*notify)(void *, uint64_t), void *context, struct sift_journal_found *found) {
  struct sift_journal *journal = NULL;
  char error[SIFT_JOURNAL_ERROR_BYTES];
  struct sift_journal_config config = {
      .directory = directory, .header = sift_span_of("head"), .segment_bytes = 300000, .notify = notify, .context = context};
  if (sift_journal_open(&journal, &config, found, error, sizeof error) != SIFT_OK) {
    fprintf(stderr, "journal_kill: %s\n", error);
    exit(1);
  }
  return journal;
}

/* --- the process that is killed ---------------------------------------------------------------------------------------- */

static void tell(void *context, uint64_t durable) {
  const int *pipe = context;
  require(write(*pipe, &durable, sizeof durable) == sizeof durable, "cannot tell what is durable");
}

static _Noreturn void append_for_ever(int pipe) {
  struct sift_journal_found found;
  struct sift_journal_packer *packer = NULL;
  struct sift_journal *journal = open_journal(tell, &pipe, &found);
  require(sift_journal_packer_new(&packer, 0) == SIFT_OK, "no packer");
  for (uint64_t seq = found.next_seq;; seq++) {
    char payload[PAYLOAD_BYTES_MAX];
    uint64_t got = 0;
    require(sift_journal_append(journal, packer, 0, seq, sift_span(payload, fill(seq, payload)), &got) == SIFT_OK && got == seq,
            "an append failed");
    while (sift_journal_queued_bytes(journal) > QUEUE_BYTES_MAX) {
      usleep(200);
    }
  }
}

/* --- the one that looks ------------------------------------------------------------------------------------------------ */

struct look {
  uint64_t last, entries, wrong;
};

static enum sift_status check(void *context, const struct sift_journal_entry *entry) {
  struct look *look = context;
  char payload[PAYLOAD_BYTES_MAX];
  bool right = entry->seq > look->last && entry->loop_seq == entry->seq &&
               sift_span_equal(entry->payload, sift_span(payload, fill(entry->seq, payload)));
  look->wrong += !right;
  look->last = entry->seq;
  look->entries++;
  return SIFT_OK;
}

/* What was lost of the entries up to `durable`; *last is the newest found. */
static uint64_t count_losses(uint64_t durable, uint64_t after, uint64_t *last) {
  struct sift_journal_found found;
  struct sift_journal *journal = open_journal(NULL, NULL, &found);
  struct look look = {.last = after};
  struct sift_journal_visitor visitor = {check, NULL, &look};
  struct sift_journal_replay result;
  require(sift_journal_replay(journal, after, &visitor, &result) == SIFT_OK, "the replay failed");
  sift_journal_free(journal);
  require(look.wrong == 0, "an entry is not what was appended");
  require(result.damages == 0, "a kill left damage within the journal");
  *last = look.last;
  return result.missing + (look.last < durable ? durable - look.last : 0);
}

/* Runs one process until it is killed; returns the newest number that it told. */
static uint64_t run_and_kill(struct test_random *random, uint64_t durable) {
  int ends[2];
  require(pipe(ends) == 0, "no pipe");
  pid_t child = fork();
  require(child >= 0, "no process");
  if (child == 0) {
    close(ends[0]);
    append_for_ever(ends[1]);
  }
  close(ends[1]);
  usleep(test_random_below(random, RUN_US_MAX));
  kill(child, SIGKILL);
  int status = 0;
  require(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "it ended by itself");
  uint64_t told = 0;
  ssize_t got = 0;
  while ((got = read(ends[0], &told, sizeof told)) == sizeof told) {
    require(told > durable, "a durable number came twice");
    durable = told;
  }
  require(got == 0, "half a number");
  close(ends[0]);
  return durable;
}

static void clean_up(void) {
  DIR *list = opendir(directory);
  struct dirent *entry = NULL;
  require(list != NULL, "cannot clean up");
  while ((entry = readdir(list)) != NULL) {
    unlinkat(dirfd(list), entry->d_name, 0);
  }
  closedir(list);
  require(rmdir(directory) == 0, "cannot clean up");
}

int main(void) {
  struct test_random random = {test_seed(1)};
  int rounds = (int)test_rounds(KILLS);
  uint64_t durable = 0;
  uint64_t losses = 0;
  uint64_t last = 0;
  time_t end = time(NULL) + SECONDS_MAX;
  int kills = 0;
  const char *base = getenv("TMPDIR");
  snprintf(directory, sizeof directory, "%.200s/spacesift-kill-XXXXXX", base != NULL ? base : "/tmp");
  require(mkdtemp(directory) != NULL, "no directory");
  for (; kills < rounds && time(NULL) < end; kills++) {
    uint64_t before = last;
    durable = run_and_kill(&random, durable > before ? durable : before);
    losses += count_losses(durable, before, &last);
  }
  losses += count_losses(durable, 0, &last); /* all of them once more, from the beginning */
  printf("%d kills, %llu entries durable, %llu found, %llu lost\n", kills, (unsigned long long)durable, (unsigned long long)last,
         (unsigned long long)losses);
  require(kills >= 5 && durable > 100, "too little was done to tell");
  require(losses == 0, "entries were lost");
  clean_up();
  return 0;
}
