from concurrent.futures import Executor

class HealthCheckResult:
    check: HealthCheck
    error: Exception | None
    time_taken: float

class HealthCheck:
    def run(self) -> None: ...
    async def get_result(self, executor: Executor | None = ...) -> HealthCheckResult: ...
