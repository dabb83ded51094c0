# One dialogue engine with its model and plan: bot/ and data/ are trained while the image is built,
# so an image is one version of the bot, and going back to an earlier one is going back to its image.
#   docker build -f docker/engine.Dockerfile -t nitka-engine .
# A package mirror: add --secret id=pip,src=/path/to/pip.conf (it stays out of the image).

FROM docker.io/library/python:3.10-slim-bookworm AS build
WORKDIR /app
COPY scripts scripts
COPY requirements-tools.txt ./
COPY bot/requirements.txt bot/requirements.txt
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    python3 scripts/prepare engine
COPY bot bot
COPY data data
COPY plan.yml ./
RUN PYTHONPATH=bot bot/.venv/bin/python -m engine.train --out models/bot.tar.gz

FROM docker.io/library/python:3.10-slim-bookworm
ENV PATH=/app/bot/.venv/bin:$PATH PYTHONPATH=/app/bot PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 MALLOC_ARENA_MAX=2 HOME=/tmp
WORKDIR /app
COPY --from=build /app/bot/.venv bot/.venv
COPY bot bot
COPY plan.yml ./
COPY --from=build /app/models models
USER 10001:10001
EXPOSE 5005
CMD ["python", "-m", "engine.serve", "--model", "models/bot.tar.gz", "--host", "0.0.0.0", \
     "--port", "5005", "--actions", "http://actions:5055/webhook"]
