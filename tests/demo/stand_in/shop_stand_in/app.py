import os

import asyncpg


def create_app():
    async def app(scope, receive, send):
        if scope["type"] != "http":
            return
        connection = await asyncpg.connect(os.environ["STORE_OMNI_DATABASE_URL"])
        count = await connection.fetchval("select count(*) from sale")
        await connection.close()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(count).encode()})

    return app
