# Two stages: the first installs the locked packages and collects the static files, the second only runs.
FROM python:3.11-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /srv/venv
COPY requirements.lock /srv/
RUN /srv/venv/bin/pip install --no-cache-dir --require-hashes --requirement /srv/requirements.lock
COPY . /srv/app
WORKDIR /srv/app
# The settings want a complete environment. These values are made up for this one command and end with it.
RUN key() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; } \
    && SECRET_KEY=$(key 40) GUANAI_DATA_KEYS=1:$(key 16) GUANAI_INDEX_KEY=$(key 32) GUANAI_AUDIT_KEY=$(key 32) \
    ALLOWED_HOSTS=build.invalid DATABASE_URL=postgresql://build.invalid/build REDIS_URL=redis://build.invalid \
    GUANAI_DEBUG=0 GUANAI_STATIC_DIR=/srv/static \
    /srv/venv/bin/python manage.py collectstatic --no-input --verbosity 0

FROM python:3.11-slim-bookworm

RUN useradd --system --uid 10001 --home-dir /srv --shell /usr/sbin/nologin guanai \
    && install -d -m 700 -o guanai -g guanai /srv/var /srv/out
COPY --from=build /srv/venv /srv/venv
COPY --from=build /srv/static /srv/static
COPY --from=build /srv/app /srv/app
ENV PATH=/srv/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=guanai.settings \
    GUANAI_DEBUG=0 \
    GUANAI_VAR_DIR=/srv/var \
    GUANAI_OUT_DIR=/srv/out \
    GUANAI_STATIC_DIR=/srv/static
WORKDIR /srv/app
USER guanai
EXPOSE 8000
CMD ["gunicorn", "guanai.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--no-control-socket"]
