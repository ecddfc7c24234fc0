# An image with explaingate, made from the package that ci/package makes of this source:
#   docker build -t explaingate .
#   docker run --rm -v "$PWD:/repo" explaingate check
# With a server for --engine postgres: --build-arg PACKAGES=postgresql-15
FROM debian:12 AS build
WORKDIR /explaingate
COPY ci/setup ci/setup
COPY package.json package-lock.json ./
RUN ci/setup package
COPY . .
RUN ci/package
RUN cp build/release/explaingate_*.deb /explaingate.deb

FROM debian:12-slim
ARG PACKAGES=""
COPY --from=build /explaingate.deb /tmp/explaingate.deb
RUN apt-get update && \
    apt-get install -y --no-install-recommends ca-certificates git /tmp/explaingate.deb ${PACKAGES} && \
    rm -rf /var/lib/apt/lists/* /tmp/explaingate.deb
# The repository belongs to whoever mounts it.
RUN git config --system --add safe.directory '*'
WORKDIR /repo
ENTRYPOINT ["explaingate"]
