package io.github.shmrpc.it;

import java.time.LocalDate;
import java.util.List;

/** A message as JSON. */
record Person(String name, int age, LocalDate born, List<String> tags) {
}
