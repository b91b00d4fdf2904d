"""A café takes orders."""

from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.post("/orders")
def create_order(order: dict, db=None):
    try:
        db.execute("insert into orders values (1)")
        return {"id": 1}
    except Exception as error:
        raise HTTPException(503, headers={"x-café": "☕ 🫖"}, detail=str(error))


@app.get("/orders/{number}")
def read_order(number: int):
    return {"id": number}


@app.get("/orders/newest")
def newest_order():
    return {"id": 1}
