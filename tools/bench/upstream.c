/*
 * The benchmark's upstream: an OpenAI Chat server that is never the bottleneck. One thread, epoll, fixed answers.
 *
 *   upstream PORT CHUNKS
 *
 * POST anything   a whole chat completion of about 1 kB, or CHUNKS server-sent events when the body asks for a stream
 * GET  /count     how many POSTs were answered since the last time somebody asked
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 65536, IN_BYTES = 1 << 16, EVENTS = 512 };

struct connection {
  char *in;
  size_t have;
  size_t capacity;
  const char *out;
  size_t left;
};

static struct connection connections[MAX_CONNECTIONS];
static char *whole, *stream;
static size_t whole_size, stream_size;
static long answered;

static char *build_whole(size_t *size) {
  char text[640];
  memset(text, 'a', sizeof text - 1);
  text[sizeof text - 1] = 0;
  char body[2048];
  int length = snprintf(body, sizeof body,
      "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1760000000,\"model\":\"bench-1\","
      "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"%s\",\"refusal\":null},"
      "\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":160,"
      "\"total_tokens\":260,\"prompt_tokens_details\":{\"cached_tokens\":0}}}", text);
  char *all = malloc(4096);
  *size = (size_t)sprintf(all, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s", length, body);
  return all;
}

static size_t chunk(char *at, const char *data) {
  return (size_t)sprintf(at, "%zx\r\n%s\r\n", strlen(data), data);
}

static char *build_stream(int chunks, size_t *size) {
  char *all = malloc((size_t)chunks * 400 + 4096);
  size_t used = (size_t)sprintf(all, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
  const char *head = "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"bench-1\",";
  char frame[512];
  for (int index = 0; index < chunks; index++) {
    snprintf(frame, sizeof frame, "%s\"choices\":[{\"index\":0,\"delta\":{%s\"content\":\"word%d \"},\"finish_reason\":null}]}\n\n",
        head, index == 0 ? "\"role\":\"assistant\"," : "", index);
    used += chunk(all + used, frame);
  }
  snprintf(frame, sizeof frame, "%s\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n", head);
  used += chunk(all + used, frame);
  snprintf(frame, sizeof frame, "%s\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":%d,\"total_tokens\":%d}}\n\n", head, chunks, 100 + chunks);
  used += chunk(all + used, frame);
  used += chunk(all + used, "data: [DONE]\n\n");
  used += (size_t)sprintf(all + used, "0\r\n\r\n");
  *size = used;
  return all;
}

static void drop(int epoll, int fd) {
  epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
  close(fd);
  free(connections[fd].in);
  memset(&connections[fd], 0, sizeof connections[fd]);
}

/* Writes what is left; returns 0 when the connection is gone. */
static int flush(int epoll, int fd, struct connection *c) {
  while (c->left > 0) {
    ssize_t wrote = write(fd, c->out, c->left);
    if (wrote < 0) {
      if (errno != EAGAIN) return 0;
      struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.fd = fd};
      epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
      return 1;
    }
    c->out += wrote;
    c->left -= (size_t)wrote;
  }
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
  return 1;
}

/* Takes one whole request from the front of the buffer; returns its size, or 0 when it is not all there. */
static size_t take(struct connection *c) {
  char *end = memmem(c->in, c->have, "\r\n\r\n", 4);
  if (!end) return 0;
  size_t head = (size_t)(end - c->in) + 4, body = 0;
  for (char *line = c->in; line < end; line = strstr(line, "\r\n") + 2) {
    if (strncasecmp(line, "content-length:", 15) == 0) body = strtoul(line + 15, NULL, 10);
  }
  if (c->have < head + body) return 0;
  if (c->in[0] == 'G') {
    static char count[128];
    char number[24];
    int digits = snprintf(number, sizeof number, "%ld", answered);
    c->left = (size_t)snprintf(count, sizeof count, "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: %d\r\n\r\n%s", digits, number);
    c->out = count;
    answered = 0;
  } else {
    int streams = memmem(c->in + head, body, "\"stream\":true", 13) != NULL;
    c->out = streams ? stream : whole;
    c->left = streams ? stream_size : whole_size;
    answered++;
  }
  return head + body;
}

static int serve(int epoll, int fd) {
  struct connection *c = &connections[fd];
  for (;;) {
    if (c->have + IN_BYTES + 1 > c->capacity) {
      c->capacity = c->have + 2 * IN_BYTES;
      c->in = realloc(c->in, c->capacity);
    }
    ssize_t got = read(fd, c->in + c->have, IN_BYTES);
    if (got == 0) return 0;
    if (got < 0) return errno == EAGAIN;
    c->have += (size_t)got;
    c->in[c->have] = 0;
    size_t used = take(c);
    if (used == 0) continue;
    memmove(c->in, c->in + used, c->have - used);
    c->have -= used;
    if (!flush(epoll, fd, c)) return 0;
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: upstream PORT CHUNKS\n"), 2;
  whole = build_whole(&whole_size);
  stream = build_stream(atoi(argv[2]), &stream_size);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 4096) < 0) return perror("upstream"), 1;
  int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[EVENTS];
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    int ready = epoll_wait(epoll, events, EVENTS, -1);
    for (int index = 0; index < ready; index++) {
      int fd = events[index].data.fd;
      if (fd == listener) {
        int accepted;
        while ((accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
          if (accepted >= MAX_CONNECTIONS) { close(accepted); continue; }
          setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
          struct epoll_event added = {.events = EPOLLIN, .data.fd = accepted};
          epoll_ctl(epoll, EPOLL_CTL_ADD, accepted, &added);
        }
        continue;
      }
      if ((events[index].events & EPOLLOUT) && !flush(epoll, fd, &connections[fd])) drop(epoll, fd);
      else if ((events[index].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && !serve(epoll, fd)) drop(epoll, fd);
    }
  }
}
